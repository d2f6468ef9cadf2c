"""The demo organisation (contract §7): the same people, deals and ids every time."""

from pipeline_gql.demo.creation import ORG_ID, create

__all__ = ["ORG_ID", "create"]
