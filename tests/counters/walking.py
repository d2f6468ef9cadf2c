"""Every list that the schema offers, asked for in every way: what each page cost."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.connections import Connection
from tests.conformance.conftest import Asker
from tests.counters.filters import INDEXED, OTHERS, condition
from tests.counters.lists import Listed, lists
from tests.counters.plans import Spent, explained, planned
from tests.organisations import FIRST

PAGE = "nodes { __typename } pageInfo { hasNextPage hasPreviousPage }"
VIEWERS = (FIRST.admin, FIRST.member)
SHORT = {
    "AttributeDefinition": "made by administrators, and as many as a form can show",
    "FinancialUnit": "the currencies of the world",
    "OpportunityStage": "a pipeline's",
    "OpportunityStep": "a pipeline's",
    "Pipeline": "made by administrators",
    "PipelineMigration": "one at a time for a pipeline",
    "PipelineVersion": "made by administrators",
    "Region": "made by administrators",
    "TaxType": "made by administrators",
    "Team": "made by administrators",
    "TrainingTokenType": "made by administrators",
}
"""Lists of which an organisation has tens or hundreds; they are sorted when they are asked for."""


@dataclass(frozen=True)
class Page:
    """A page that somebody asked for: of a list of so many, `among` so many before filters."""

    listed: Listed
    document: str
    viewer: Viewer
    among: int
    count: int
    spent: Spent

    def __str__(self) -> str:
        return f"{self.viewer.role} {self.document} of {self.count}: {self.spent}"


@dataclass
class Walked:
    """Pages of lists at the root in each order; of those that hang on a record, in their own and
    in each order; of lists by each filter that is indexed, by it in each order, and by others."""

    ordered: list[Page] = field(default_factory=list[Page])
    hanging: list[Page] = field(default_factory=list[Page])
    hanging_ordered: list[Page] = field(default_factory=list[Page])
    indexed: list[Page] = field(default_factory=list[Page])
    indexed_ordered: list[Page] = field(default_factory=list[Page])
    filtered: list[Page] = field(default_factory=list[Page])

    @property
    def pages(self) -> list[Page]:
        return [page for pages in vars(self).values() for page in pages]


@dataclass
class Walker:
    """Asks in the large organisation."""

    asker: Asker
    reader: Connection
    walked: Walked = field(default_factory=Walked)

    async def walk(self) -> Walked:
        for listed in lists():
            if listed.parent == "PipelineChanges" or listed.noun in SHORT:
                continue
            among = await self._count(listed, "")
            if listed.parent == "Query":
                self.walked.ordered += [page async for page in self._ordered(listed, among)]
                await self._filter(listed, among)
            else:
                await self._hang(listed, among)
        return self.walked

    async def _count(self, listed: Listed, arguments: str) -> int:
        answer = await self.asker.read(listed.document(arguments, "totalCount"))
        return listed.found(answer)["totalCount"]

    async def _page(
        self, listed: Listed, arguments: str, viewer: Viewer, among: int, count: int | None = None
    ) -> Page:
        document = listed.document(arguments, PAGE)
        spent = await explained(self.reader, *planned(self.asker.executor, document, viewer))
        return Page(listed, document, viewer, among, among if count is None else count, spent)

    async def _ordered(self, listed: Listed, among: int) -> AsyncGenerator[Page]:
        """Forwards in a rising order and backwards in a falling one, from the middle."""
        for order in listed.orders:
            for direction, window in (("asc", "first: 25, after"), ("desc", "last: 25, before")):
                asked = f"order: {{field: {order}, direction: {direction}}}"
                place = f'{window}: "{await self._middle(listed, asked, among)}"'
                for viewer in VIEWERS:
                    yield await self._page(listed, f"{asked}, {place}", viewer, among)

    async def first_and_last(self, listed: Listed, order: str) -> tuple[Page, Page]:
        """Pages of ten."""
        asked = f"order: {{field: {order}, direction: asc}}"
        among = await self._count(listed, "")
        end = await self._cursor(listed, asked, among - 11)
        first = await self._page(listed, f"{asked}, first: 10", FIRST.admin, among)
        last = f'{asked}, first: 10, after: "{end}"'
        return first, await self._page(listed, last, FIRST.admin, among)

    async def _middle(self, listed: Listed, order: str, among: int) -> str:
        return await self._cursor(listed, order, among // 2)

    async def _cursor(self, listed: Listed, order: str, place: int) -> str:
        arguments = f"{order}, first: 1, offset: {place}"
        answer = await self.asker.read(listed.document(arguments, "pageInfo { endCursor }"))
        return listed.found(answer)["pageInfo"]["endCursor"]

    async def _hang(self, listed: Listed, among: int) -> None:
        for viewer in VIEWERS:
            self.walked.hanging.append(await self._page(listed, "", viewer, among))
        for order in listed.orders:
            asked = f"order: {{field: {order}, direction: desc}}"
            page = await self._page(listed, asked, FIRST.admin, among)
            self.walked.hanging_ordered.append(page)

    async def _filter(self, listed: Listed, among: int) -> None:
        for name in OTHERS[listed.noun].split():
            page = await self._page(listed, condition(listed.noun, name), FIRST.admin, among)
            self.walked.filtered.append(page)
        for name in INDEXED[listed.noun].split():
            asked = condition(listed.noun, name)
            count = await self._count(listed, asked)
            page = await self._page(listed, asked, FIRST.admin, among, count)
            self.walked.indexed.append(page)
            if name in listed.orders and name != "id":
                asked = f"{condition(listed.noun, name, 'ge')}, order: {{field: {name}}}"
                page = await self._page(listed, asked, FIRST.admin, among)
                self.walked.indexed.append(page)
            elif count > 1:
                await self._order(listed, asked, among, count)

    async def _order(self, listed: Listed, asked: str, among: int, count: int) -> None:
        for order in listed.orders:
            arguments = f"{asked}, order: {{field: {order}, direction: desc}}"
            page = await self._page(listed, arguments, FIRST.admin, among, count)
            self.walked.indexed_ordered.append(page)
