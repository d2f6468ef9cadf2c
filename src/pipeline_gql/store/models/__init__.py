"""Tables. A row is `models.Opportunity`; a GraphQL type is the bare `Opportunity`."""

from pipeline_gql.store.models.attachment import Attachment, FileUsage, StoredFile
from pipeline_gql.store.models.attribute import AttributeDefinition, OpportunityAttribute
from pipeline_gql.store.models.base import Base, Numbered, Tenant, Versioned
from pipeline_gql.store.models.catalogue import (
    CourseTemplate,
    Event,
    LearningPath,
    Price,
    Product,
    Region,
    TaxType,
    TrainingTokenType,
)
from pipeline_gql.store.models.comment import Comment, CommentEdit, CommentMention
from pipeline_gql.store.models.exchange import ExchangeRate
from pipeline_gql.store.models.goal import Goal
from pipeline_gql.store.models.interest import Interest, InterestLearner, SeatHold
from pipeline_gql.store.models.lead import Lead, LeadAssignee, LeadTag, LeadTeam
from pipeline_gql.store.models.migration import MigratedRecord, PipelineMigration
from pipeline_gql.store.models.notification import Job, Mail, MailRefusal, Notification
from pipeline_gql.store.models.opportunity import (
    Opportunity,
    OpportunityAssignee,
    OpportunityContact,
    OpportunityTag,
    OpportunityTeam,
    StepStay,
    TransitionAttempt,
)
from pipeline_gql.store.models.organisation import (
    ApiToken,
    Currency,
    Organisation,
    OrganisationId,
    Subject,
    TokenDigest,
)
from pipeline_gql.store.models.people import Account, Contact, Tag, Team, TeamMember, User
from pipeline_gql.store.models.pipeline import (
    Pipeline,
    PipelineVersion,
    Stage,
    StageVersion,
    Step,
    StepVersion,
    Transition,
)
from pipeline_gql.store.models.record import Audit, IdempotencyKey, Outbox, OutboxHead
from pipeline_gql.store.models.revision import OpportunityRevision
from pipeline_gql.store.models.sales import (
    Invoice,
    InvoiceLine,
    InvoiceNumbering,
    Registration,
    RegistrationLearner,
    TokenIssue,
)
from pipeline_gql.store.models.search import SearchDoc
from pipeline_gql.store.models.task import Meeting, MeetingContact, MeetingUser, Task
from pipeline_gql.store.models.timeline import TimelineEntry

__all__ = [
    "Account", "ApiToken", "Attachment", "AttributeDefinition", "Audit", "Base", "Comment",
    "CommentEdit", "CommentMention", "Contact", "CourseTemplate", "Currency", "Event",
    "ExchangeRate", "FileUsage", "Goal", "IdempotencyKey", "Interest", "InterestLearner", "Invoice",
    "InvoiceLine", "InvoiceNumbering", "Job", "Lead", "LeadAssignee", "LeadTag", "LeadTeam",
    "LearningPath", "Mail", "MailRefusal", "Meeting", "MeetingContact", "MeetingUser",
    "MigratedRecord", "Notification", "Numbered", "Opportunity", "OpportunityAssignee",
    "OpportunityAttribute", "OpportunityContact", "OpportunityRevision", "OpportunityTag",
    "OpportunityTeam", "Organisation", "OrganisationId", "Outbox", "OutboxHead", "Pipeline",
    "PipelineMigration", "PipelineVersion", "Price", "Product", "Region", "Registration",
    "RegistrationLearner", "SearchDoc", "SeatHold", "Stage", "StageVersion", "Step", "StepStay",
    "StepVersion", "StoredFile", "Subject", "Tag", "Task", "TaxType", "Team", "TeamMember",
    "Tenant", "TimelineEntry", "TokenDigest", "TokenIssue", "TrainingTokenType", "Transition",
    "TransitionAttempt", "User", "Versioned",
]  # fmt: skip
