"""What may be said of a deal beside, as the model judges it."""

import json
import re
from decimal import Decimal

CHOICES = ["Price", "Time"]
Values = dict[str, str | None]


def judged(key: str, text: str) -> str | None:
    """A value as it is kept; None is none. Raises ValueError for one that is refused."""
    text = text.strip()
    if not text:
        return None
    match key:
        case "order":
            return text
        case "seats":
            if not re.fullmatch(r"[+-]?\d{1,19}", text):
                raise ValueError
            return str(int(text))
        case "budget":
            if not re.fullmatch(r"[+-]?\d+(\.\d{1,10})?", text):
                raise ValueError
            return f"{Decimal(text).normalize():f}" if Decimal(text) else "0"
        case "loss_reason":
            return _chosen([text])[0]
        case _:
            several = json.loads(text) if text.startswith("[") else [text]
            return json.dumps(sorted(set(_chosen(several)))) if several else None


def _chosen(texts: list[str]) -> list[str]:
    if set(texts) - set(CHOICES):
        raise ValueError
    return texts


def merged(had: dict[str, str], changes: Values) -> dict[str, str]:
    values = {**had, **changes}
    return {key: value for key, value in values.items() if value is not None}
