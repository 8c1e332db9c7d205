"""Everything that staff see, put together: the pages of the nurse, of memory, of compliance, and the links in messages."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from server.agreements import Agreements, DataKind, Reviewed, State
from server.checkin.registry import Registry
from server.checkin.remembering import titles_of
from server.config import Settings
from server.escalation import answer_link, callbacks, desk, drill, handing_over, vapid
from server.escalation.answer_page import AnswerPage
from server.escalation.push_page import PushPage
from server.invitation import store as invitations
from server.memory import page as memory_page
from server.nurse.console import Console
from server.nurse.neighbors import Answered, Neighbors, PersonaChoice
from server.nurse.routes import add_routes as add_nurse_routes
from server.oversight import agreements_page, audit_page, people_page, persona_page
from server.pages import single_sign_on as single_sign_on_page
from server.pages.openid import Provider
from server.pages.single_sign_on import Rules, SingleSignOn
from server.pages.staff import DATABASE
from server.pages.templates import TEMPLATES
from server.persona.pack import Pack
from server.signatures import is_signed
from server.vocabulary.clock import Clock
from server.vocabulary.events import EscalationAcknowledged
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId
from server.vocabulary.principals import Staff

_KINDS = {
    DataKind.PATIENT_WORDS: "What patients say, a few turns at a time",
    DataKind.PATIENT_CONTACT: "A patient’s phone number and a link",
    DataKind.ENCRYPTED_MEDIA: "Encrypted sound and pictures",
    DataKind.STAFF_CONTACT: "How staff are rung; nothing of a patient",
}
_STATES = {
    State.HERE: ("ok", "This machine"),
    State.NOT_NEEDED: ("", "None needed"),
    State.OWN_OR_MISSING: ("warn", "None on file: needed unless you run it yourselves"),
    State.IN_FORCE: ("ok", "In force"),
    State.ENDS_SOON: ("warn", "Ends soon"),
    State.NOT_BEGUN: ("danger", "Not begun: nothing is sent"),
    State.ENDED: ("danger", "Ended: nothing is sent"),
}


def add(
    app: web.Application,
    settings: Settings,
    registry: Registry,
    packs: Mapping[str, Pack],
    agreements: Agreements,
    clock: Clock,
) -> None:
    """Adds the routes of every staff page to `app`, whose pages are installed."""

    async def answered(answer: Answered) -> None:
        page = await app[DATABASE].run(lambda tx: desk.get(tx, answer.staff, answer.escalation))
        event = EscalationAcknowledged(page.id, page.tier, answer.staff.id, answer.staff.name)
        await registry.acknowledged(answer.checkin, event)

    async def answered_by_link(checkin: CheckInId, escalation: EscalationId, staff: Staff) -> None:
        await answered(Answered(checkin, escalation, staff))

    AnswerPage(app[DATABASE].secret(answer_link.PURPOSE), clock, answered_by_link).add_routes(app)

    console = Console(
        Neighbors(desk, invitations, handing_over, drill, callbacks),
        [_choice(pack) for pack in packs.values()],
        clock,
        on_answered=answered,
        link_lifetime=timedelta(hours=settings.link_hours),
        rule_titles={rule.id: rule.title for pack in packs.values() for rule in pack.guardrails.values() if rule.title},
        rule_needs={rule.id: rule.nurse_needs for pack in packs.values() for rule in pack.guardrails.values()},
        public_url=settings.public_url,
    )
    add_nurse_routes(app, console)
    memory_page.add_routes(app, *titles_of(packs.values()))
    PushPage(vapid.public(vapid.load(settings.data))).add_routes(app)
    audit_page.add_routes(app)
    people_page.add_routes(app)
    agreements_page.add_routes(app, lambda: [_agreed(one) for one in agreements.reviewed()])
    single_sign_on(settings, app, clock).add_routes(app)
    words = [_words(pack) for pack in packs.values()]
    persona_page.add_routes(app, words, free_talk=bool(settings.language_endpoints))


def single_sign_on(settings: Settings, app: web.Application, clock: Clock) -> SingleSignOn:
    """The site's own sign-in; without an issuer its addresses lead nowhere."""
    provider = None
    if settings.oidc_issuer:
        callback = f"{settings.origin}{single_sign_on_page.CALLBACK}"
        provider = Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, callback)
    app[TEMPLATES].everywhere(sso=provider is not None)
    rules = Rules(settings.oidc_claim, settings.oidc_roles, settings.oidc_second_factor)
    return SingleSignOn(provider, rules, app[DATABASE].secret(single_sign_on_page.PURPOSE), clock)


def _agreed(one: Reviewed) -> agreements_page.Agreed:
    tone, state = _STATES[one.state]
    signed = one.entry
    return agreements_page.Agreed(
        what=one.provider.what,
        reach=one.provider.reach,
        kind=_KINDS[one.provider.kind],
        provider=signed.provider if signed else "",
        agreement=signed.agreement if signed else "",
        region=signed.region if signed else "",
        expires=signed.expires if signed else None,
        tone=tone,
        state=state,
    )


def _choice(pack: Pack) -> PersonaChoice:
    suggests = {tier: one.text for tier, one in pack.escalation.suggests.items()}
    within = timedelta(seconds=pack.escalation.tiers[Tier.EMERGENCY].acknowledge_within.value)
    return PersonaChoice(pack.id, pack.name, pack.title, pack.purpose, suggests, within)


def _words(pack: Pack) -> persona_page.PersonaWords:
    lines = tuple(
        persona_page.ScriptLine(script, sentence) for script, line in pack.lines.items() for sentence in line.sentences
    )
    signed = is_signed(pack)
    return persona_page.PersonaWords(pack.name, pack.title, pack.version, signed, pack.source, pack.review_by, lines)
