"""What speaks to the outside: mail, by SMTP. The only room that does."""

from pipeline_gql.delivery.letters import written
from pipeline_gql.delivery.smtp import Refused, Smtp, Unsent

__all__ = ["Refused", "Smtp", "Unsent", "written"]
