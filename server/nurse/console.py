"""The console's pages and fragments. Every one of them reads under the nurse's own name."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aiohttp import web

from server.nurse.answering import Answering
from server.nurse.attention import AttentionPage
from server.nurse.board import read_queue
from server.nurse.calling_back import CallingBack
from server.nurse.chart import Chart, read_chart
from server.nurse.disposition import VERDICTS
from server.nurse.drill import Drill
from server.nurse.form import FormIncomplete
from server.nurse.hand_off import HandOff
from server.nurse.neighbors import Catalog, Neighbors, OnAnswered, PersonaChoice
from server.nurse.queue import Queue
from server.nurse.wording import titles
from server.pages.live import LIVE
from server.pages.staff import DATABASE, HTTPS, session_of, staff_of, still_signed_in
from server.pages.stream import stream
from server.pages.templates import TEMPLATES
from server.record import patients
from server.record.patients import PatientCard
from server.record.transaction import Transaction
from server.vocabulary.clock import Clock
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Staff


class Console:
    """The nurse's console of one application."""

    def __init__(
        self,
        neighbors: Neighbors,
        personas: Sequence[PersonaChoice],
        clock: Clock,
        *,
        on_answered: OnAnswered,
        link_lifetime: timedelta,
        rule_titles: Mapping[str, str],
        rule_needs: Mapping[str, tuple[str, ...]],
        public_url: str = "",
    ) -> None:
        """`rule_titles` says what nurses call a guardrail, by id; one without a title is shown by its id; `rule_needs` what
        they ask or look up first.

        `public_url` is how patients reach this server, without a final slash; empty: as the nurse reached it.
        """
        self._desk = neighbors.desk
        self._invitations = neighbors.invitations
        self._drills = neighbors.drills
        self._catalog = Catalog({persona.id: persona for persona in personas}, titles(rule_titles), rule_needs)
        self._clock = clock
        self.answering = Answering(neighbors.desk, self._catalog, on_answered)
        self.hand_off = HandOff(neighbors, self._catalog, on_answered)
        self.calling_back = CallingBack(neighbors.call_backs)
        self.drill = Drill(neighbors.drills, self._catalog)
        self.attention = AttentionPage(self._catalog.title)
        self._link_lifetime = link_lifetime
        self._public_url = public_url

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The whole console; without a chosen check-in, the one that needs a nurse most is open."""
        staff, chosen = staff_of(request), request.match_info.get("checkin")

        def read(tx: Transaction) -> tuple[Queue, Chart | None]:
            queue = self._queue(tx, staff)
            first = CheckInId(chosen) if chosen else queue.waiting[0].checkin if queue.waiting else None
            return queue, self._chart(tx, staff, first) if first else None

        queue, chart = await request.app[DATABASE].run(read)
        return request.app[TEMPLATES].page(
            "staff/console.html",
            staff=staff,
            queue=queue,
            chart=chart,
            verdicts=VERDICTS,
            selected=chart.checkin if chart else "",
            showing="detail" if chosen else "list",
            now=self._clock.now(),
        )

    async def queue(self, request: web.Request) -> web.StreamResponse:
        staff = staff_of(request)
        queue = await request.app[DATABASE].run(lambda tx: self._queue(tx, staff))
        return request.app[TEMPLATES].page("staff/queue.html", queue=queue, selected=request.query.get("selected", ""))

    async def chart(self, request: web.Request) -> web.StreamResponse:
        staff, checkin = staff_of(request), CheckInId(request.match_info["checkin"])
        chart = await request.app[DATABASE].run(lambda tx: self._chart(tx, staff, checkin))
        return request.app[TEMPLATES].page("staff/chart.html", chart=chart, verdicts=VERDICTS)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """The form of a new check-in."""
        staff = staff_of(request)

        def read(tx: Transaction) -> list[PatientCard]:
            nobody = self._drills.nobody(tx, staff)
            return [patient for patient in patients.find_all(tx, staff) if patient.id != nobody]

        everyone = await request.app[DATABASE].run(read)
        by_name = sorted(everyone, key=lambda patient: patient.name.casefold())
        personas = list(self._catalog.personas.values())
        return request.app[TEMPLATES].page("staff/new_check_in.html", patients=by_name, personas=personas)

    async def invite(self, request: web.Request) -> web.StreamResponse:
        """Makes the link and shows it once."""
        staff, fields = staff_of(request), await request.post()
        patient, persona = PatientId(str(fields.get("patient", ""))), str(fields.get("persona", ""))
        if not patient:
            raise FormIncomplete("patient", "Please choose a patient.")
        if persona not in self._catalog.personas:
            raise FormIncomplete("persona", "Please choose a check-in.")

        def create(tx: Transaction) -> tuple[str, str]:
            name = patients.contact(tx, staff, patient).name
            return name, self._invitations.create(tx, staff, patient, persona, self._link_lifetime).token

        name, token = await request.app[DATABASE].run(create)
        request.app[LIVE].publish("queue")
        # After the #: browsers never send that part, so no server or proxy on the way logs it.
        link = f"{self._public_url or _own_url(request)}/c#{token}"
        hours = round(self._link_lifetime / timedelta(hours=1))
        return request.app[TEMPLATES].page("staff/invitation.html", patient_name=name, link=link, hours=hours)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Notices of changes, ids only; the page then asks for what it shows."""
        with request.app[LIVE].subscribe(session_of(request)) as subscription:
            return await stream(request, subscription, self._clock, lambda: still_signed_in(request))

    def _queue(self, tx: Transaction, staff: Staff) -> Queue:
        return read_queue(tx, staff, self._desk, self._catalog, self._link_lifetime)

    def _chart(self, tx: Transaction, staff: Staff, checkin: CheckInId) -> Chart:
        return read_chart(tx, staff, self._desk, self._catalog, checkin)


def _own_url(request: web.Request) -> str:
    return f"{'https' if request.app[HTTPS] else 'http'}://{request.host}"
