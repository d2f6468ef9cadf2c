"""The demo organisation: the same people, deals and ids every time."""

from pipeline_gql.demo.creation import ORG_ID, Demo, create
from pipeline_gql.demo.keyring import tokens

__all__ = ["ORG_ID", "Demo", "create", "tokens"]
