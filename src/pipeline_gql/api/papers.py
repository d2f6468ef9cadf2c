"""`registration { … }`, `invoice { … }`, `tokenIssue { … }`: what winning brought about."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import ChangeInput, optional
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import acting
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import invoices, registrations, token_issues
from pipeline_gql.operations.papers import NamedPaper


@strawberry.input(description="The registration to cancel.")
class RegistrationCancelInput(ChangeInput):
    registration_id: strawberry.ID | None = optional("The registration.")
    id: strawberry.ID | None = optional("The same as registrationId.")


@strawberry.input(description="The draft to make final.")
class InvoiceFinaliseInput(ChangeInput):
    invoice_id: strawberry.ID | None = optional("The invoice.")
    id: strawberry.ID | None = optional("The same as invoiceId.")


@strawberry.input(description="The invoice to take back.")
class InvoiceVoidInput(ChangeInput):
    invoice_id: strawberry.ID | None = optional("The invoice.")
    id: strawberry.ID | None = optional("The same as invoiceId.")


@strawberry.input(description="The tokens to take back.")
class TokenIssueRevokeInput(ChangeInput):
    token_issue_id: strawberry.ID | None = optional("The issue of tokens.")
    id: strawberry.ID | None = optional("The same as tokenIssueId.")


@strawberry.type(description="What a mutation of a registration answers.")
class RegistrationPayload(Payload):
    registration: Any = of("Registration", "papers", "registration")


@strawberry.type(description="What a mutation of an invoice answers.")
class InvoicePayload(Payload):
    invoice: Any = of("Invoice", "papers", "invoice")


@strawberry.type(description="What a mutation of an issue of tokens answers.")
class TokenIssuePayload(Payload):
    token_issue: Any = of("TokenIssue", "papers", "issue of tokens")


@strawberry.type(description="What can be done to registrations.")
class RegistrationMutations:
    cancel: Any = verb(
        RegistrationCancelInput,
        RegistrationPayload,
        acting("Registration", NamedPaper, registrations.cancel),
        "Cancels a registration and gives its places back.",
    )


@strawberry.type(description="What can be done to invoices.")
class InvoiceMutations:
    finalise: Any = verb(
        InvoiceFinaliseInput,
        InvoicePayload,
        acting("Invoice", NamedPaper, invoices.finalise),
        "Makes a draft final and gives it the next number; it does not change any more.",
    )
    void: Any = verb(
        InvoiceVoidInput,
        InvoicePayload,
        acting("Invoice", NamedPaper, invoices.void),
        "Takes an invoice back; its opportunity has no active invoice then.",
    )


@strawberry.type(description="What can be done to issued training tokens.")
class TokenIssueMutations:
    revoke: Any = verb(
        TokenIssueRevokeInput,
        TokenIssuePayload,
        acting("TokenIssue", NamedPaper, token_issues.revoke),
        "Takes issued tokens back.",
    )
