"""`Content-Disposition: attachment` with a name that no recipient can take for a path."""

import unicodedata
from urllib.parse import quote

_UNSAFE = frozenset('/\\:*?"<>|')


def attachment(name: str) -> str:
    """After RFC 6266: plain ASCII for old recipients, UTF-8 (RFC 8187) for all others."""
    safe = "".join("_" if _is_unsafe(char) else char for char in name).strip(". ") or "file"
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode()
    plain = plain.replace("%", "_").strip(". ") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _is_unsafe(char: str) -> bool:
    """Separators of paths, and what is not shown, such as what turns the reading round."""
    return char in _UNSAFE or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
