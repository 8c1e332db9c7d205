"""Puts the service together: the only file that knows every stage. Starts them in visit order, stops them in reverse."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from server import curation, environment, heap, language, lessons, paging, perceiving, rejoining, staff_routes
from server.agreements import Agreements
from server.checkin.nurse_seat import NurseDoor
from server.checkin.perceiver import Perceiver
from server.checkin.purse import Means
from server.checkin.registry import House, Registry
from server.checkin.remembering import Remembering
from server.checkin.senses import Perception
from server.config import ROOT, Settings
from server.conversation.wording import opening_sentences
from server.curation import Curation
from server.escalation import desk, in_room
from server.escalation.pager import Pager
from server.installation import PERSONAS, load_packs
from server.invitation import store as invitations
from server.invitation.proxied import behind
from server.invitation.routes import Clinic as ShownClinic
from server.invitation.routes import Greeter, InvitationRoutes
from server.knowledge import kit as knowledge
from server.knowledge.likeness import Classifier
from server.media.link import IceServer
from server.metrics import Metrics, served
from server.model_store import ModelStore
from server.pages import install as pages
from server.pages.bodies import MOST_BYTES
from server.pages.live import Live
from server.pages.templates import TEMPLATES as TEMPLATE_PAGES
from server.persona.pack import Clinic, Pack
from server.record import checkins, rooms
from server.record.database import Database
from server.record.transaction import Transaction
from server.signaling.candidate import CandidatePolicy
from server.signaling.ice import IceSettings, ice_servers
from server.signaling.room_socket import RoomSocket
from server.signaling.socket import VisitSocket
from server.signatures import is_signed
from server.speech import kit as speech
from server.speech.session import SpeechKit
from server.vocabulary.clock import Clock
from server.vocabulary.events import Event, RoomChanged
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.parts import Part
from server.vocabulary.principals import Principal, Service
from server.watch import Watch

TEMPLATES = ROOT / "web" / "templates"
STATIC = Path(__file__).parent / "static"

_WORKERS = 4
"""Threads for what may not run on the event loop: votes of the end-of-turn model, file reads, password checks."""

Tell = Callable[[str], None]


@dataclass
class Application:
    """The running service."""

    web: web.Application
    database: Database
    registry: Registry
    parts: list[Part]
    packs: Mapping[str, Pack]
    classifier: Classifier | None
    pager: Pager
    perceiver: Perceiver
    curation: Curation | None = None
    """The library; None where its model could not be had."""
    address: str = ""
    """Where it listens, once it does."""


@contextlib.asynccontextmanager
async def running(watch: Watch, tell: Tell) -> AsyncIterator[Application]:
    """The whole service, listening, on top of what is on watch; stopped again on leaving, before the watch ends."""
    settings, clock, database, agreements = watch.settings, watch.clock, watch.database, watch.agreements
    heap.settle()
    asyncio.get_running_loop().set_default_executor(await _workers())
    async with contextlib.AsyncExitStack() as stack:
        # On a thread, like whatever else takes long here: the loop goes on sending pages meanwhile.
        packs = await asyncio.to_thread(load_packs, settings)
        await rejoining.started_rejoin(stack, settings, database, packs, agreements.lets_texts(settings))

        tell("Loading the speech models")
        store = ModelStore(settings.model_cache, settings.model_mirror, tell)
        sentences = sorted({text for pack in packs.values() for text in opening_sentences(pack)})
        kit, parts = await speech.build(store, settings.voice, sentences, end_of_turn_model=settings.end_of_turn_model)
        stack.push_async_callback(kit.close)

        tell("Loading the sentence classifier")
        examples = await asyncio.to_thread(lessons.examples, PERSONAS, packs)
        classifier, triage_part = await knowledge.classifier(store, examples)
        known = classifier.embedder if classifier is not None else None
        said = await asyncio.to_thread(lessons.free_talk, PERSONAS)
        claims, gate_part = await knowledge.classifier(store, said, knowledge.CLAIMS, known)
        for made in filter(None, (classifier, claims)):
            stack.callback(made.close)

        live = Live()
        tell("Preparing perception")
        perception, perception_part = await stack.enter_async_context(
            perceiving.perception(store, settings.calibrations)
        )
        tell("Opening the library")
        curated, library_part = await curation.running(
            stack, settings, database, PERSONAS, packs.values(), clock, tell, known
        )
        means, language_part = await stack.enter_async_context(
            language.models(settings, agreements.lets_language_model)
        )
        # Memory is written until the last check-in has ended; what is left is written after the next start.
        remembering = Remembering(database, packs)
        stack.push_async_callback(remembering.close)
        remembering.start()
        metrics = Metrics(lambda: registry.count, watch.pager.health)

        def noted(event: Event) -> None:
            metrics.note(event)
            if event.kind == "check_in_ended":
                remembering.wake()

        registry = Registry(
            _house(settings, database, packs, kit, classifier, claims, curated, means, perception, live, clock, noted)
        )
        await registry.open()
        stack.push_async_callback(registry.close)
        stop_listening = desk.on_change(database, lambda checkin, page: _announce(live, checkin))
        stack.callback(stop_listening)

        everything = _web(settings, database, registry, packs, agreements, live, clock)
        curation.add_pages(everything, curated, packs.values())
        found = [*parts, triage_part, gate_part, library_part, perception_part, language_part, agreements.part()]
        found += other_parts(settings)
        application = Application(
            everything, database, registry, found, packs, classifier, watch.pager, perception, curated
        )
        await _serve_metrics(stack, settings, metrics, tell)
        await _listen(stack, settings, application)
        heap.keep()
        stack.callback(heap.release)
        yield application


async def _workers() -> ThreadPoolExecutor:
    """The loop's worker threads, all started now: what a check-in needs is there before it and stays after it."""
    workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="worker")
    everybody = threading.Barrier(_WORKERS)
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(workers, everybody.wait) for _ in range(_WORKERS)))
    return workers


def _house(
    settings: Settings,
    database: Database,
    packs: Mapping[str, Pack],
    kit: SpeechKit,
    classifier: Classifier | None,
    claims: Classifier | None,
    curated: Curation | None,
    means: Means | None,
    perception: Perception | None,
    live: Live,
    clock: Clock,
    noted: Callable[[Event], None],
) -> House:
    """`noted`: called with every event that is on record."""
    ice = _ice(settings)

    def publish(checkin: CheckInId, event: Event) -> None:
        live.publish(f"checkin:{checkin}", {"checkin": checkin})
        if event.kind in ("check_in_started", "check_in_ended", "connection_changed", "room_changed"):
            live.publish("queue", {"checkin": checkin})
        noted(event)

    async def rest() -> None:
        await kit.rest()
        heap.give_back()

    return House(
        database=database,
        packs=dict(packs),
        kit=kit,
        classifier=classifier,
        claims=claims.strongest if claims is not None else None,
        library=curated.room if curated is not None else None,
        means=means,
        perception=perception,
        room_changed=room_changed,
        servers=lambda checkin: _servers(ice, checkin, clock),
        publish=publish,
        most=settings.max_checkins,
        rest=rest,
        expired=lambda tx: invitations.expired(tx, Service("invitation")),
        patience=settings.drop_off_minutes * 60,
    )


def room_changed(
    tx: Transaction, principal: Principal, checkin: CheckInId, patient: PatientId, change: RoomChanged
) -> None:
    """What becomes true with a nurse's coming and going: see `Setting.room_changed`."""
    rooms.note(tx, principal, checkin, patient, change)
    in_room.follow(tx, principal, checkin, change)


def _web(
    settings: Settings,
    database: Database,
    registry: Registry,
    packs: Mapping[str, Pack],
    agreements: Agreements,
    live: Live,
    clock: Clock,
) -> web.Application:
    app = web.Application(client_max_size=MOST_BYTES)
    pages.install(
        app,
        database,
        clock,
        live,
        templates=TEMPLATES,
        static=STATIC,
        https=settings.https,
        factor_required=settings.factor_required,
    )
    app[TEMPLATE_PAGES].everywhere(signed=all(is_signed(pack) for pack in packs.values()))
    visits = _add_patient_routes(app, settings, database, registry, packs, clock)
    staff_routes.add(app, settings, registry, packs, agreements, clock)
    joins = _add_room_routes(app, settings, registry, clock)
    app.on_shutdown.append(lambda _app: visits.close())
    app.on_shutdown.append(lambda _app: joins.close())
    return app


def answer_within(packs: Mapping[str, Pack], persona: str, tier: Tier) -> timedelta:
    """How soon a nurse must answer a page of this persona's check-in; of one that is not loaded, as the first that is."""
    pack = packs.get(persona) or next(iter(packs.values()))
    return timedelta(seconds=pack.escalation.tiers[tier].acknowledge_within.value)


def _add_patient_routes(
    app: web.Application,
    settings: Settings,
    database: Database,
    registry: Registry,
    packs: Mapping[str, Pack],
    clock: Clock,
) -> VisitSocket:
    first = next(iter(packs.values()))

    def tell_nurse(tx: Transaction, checkin: CheckInId, patient: PatientId, hit: TriggerHit) -> None:
        me = Service("invitation")
        within = answer_within(packs, checkins.get(tx, me, checkin).persona, hit.tier)
        desk.request(tx, me, checkin=checkin, patient=patient, hit=hit, turn=0, where="", within=within)

    entrance = InvitationRoutes(
        database,
        clock,
        _shown(first.clinic),
        lambda persona: Greeter(packs[persona].name, _shown(packs[persona].clinic)),
        tell_nurse,
        registry.consented,
        secure_cookie=settings.https,
        may_notice=registry.may_notice,
        address_of=behind(settings.proxies),
    )
    app.router.add_routes(entrance.routes())
    policy = CandidatePolicy(lan=settings.allow_private_addresses, mdns=settings.allow_private_addresses)
    visits = VisitSocket(registry, entrance.patient_at, _ice(settings), policy, clock)
    app.router.add_get("/api/visit/socket", visits.serve)
    registry.on_ended = visits.hang_up
    return visits


def _shown(clinic: Clinic) -> ShownClinic:
    return ShownClinic(clinic.name[:1].upper() + clinic.name[1:], clinic.nurse_phone, clinic.emergency_number)


def _add_room_routes(app: web.Application, settings: Settings, registry: Registry, clock: Clock) -> RoomSocket:
    policy = CandidatePolicy(lan=settings.allow_private_addresses, mdns=settings.allow_private_addresses)
    ice = _ice(settings)
    joins = RoomSocket(NurseDoor(registry, lambda checkin: _servers(ice, checkin, clock)), ice, policy, clock)
    joins.add_routes(app)
    return joins


def _announce(live: Live, checkin: CheckInId) -> None:
    live.publish("queue", {"checkin": checkin})
    live.publish(f"checkin:{checkin}", {"checkin": checkin})


def _ice(settings: Settings) -> IceSettings:
    return IceSettings(settings.stun, settings.turn, settings.turn_secret)


def _servers(ice: IceSettings, checkin: CheckInId, clock: Clock) -> list[IceServer]:
    return [
        IceServer(tuple(_texts(server["urls"])), str(server.get("username", "")), str(server.get("credential", "")))
        for server in ice_servers(ice, checkin, clock.now())
    ]


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def other_parts(settings: Settings) -> list[Part]:
    """The parts that are chosen by settings alone."""
    kind = "SQLite" if settings.records_url.startswith("sqlite") else "PostgreSQL at NIGHTLIGHT_DATABASE_URL"
    return [
        Part("face", "live", "drawn in the patient's browser"),
        Part("records", "live", f"{kind}; patient data encrypted with a key per patient"),
        paging.pager_part(settings),
    ]


async def _serve_metrics(stack: contextlib.AsyncExitStack, settings: Settings, metrics: Metrics, tell: Tell) -> None:
    if settings.metrics_port is None:
        return
    try:
        port = await stack.enter_async_context(served(metrics, settings.host, settings.metrics_port))
    except OSError as error:
        raise environment.cannot_listen(error, "metrics_port") from None
    tell(f"Numbers for Prometheus on http://{settings.host}:{port}/metrics")


async def _listen(stack: contextlib.AsyncExitStack, settings: Settings, application: Application) -> None:
    started = time.monotonic()

    async def health(_request: web.Request) -> web.Response:
        pager = application.pager.health()
        body = {
            "status": "ok" if pager.well else "pages are late",
            "pager": {"well": pager.well, "late_seconds": round(pager.late.total_seconds(), 1)},
            "uptime_seconds": round(time.monotonic() - started, 1),
            "checkins": application.registry.count,
            "eyes": application.perceiver.eyes_state,
            "parts": {part.name: asdict(part) for part in application.parts},
        }
        return web.json_response(body)

    async def pager_health(_request: web.Request) -> web.Response:
        # An address of its own: who restarts a service that answers with an error would end the calls that run.
        well = application.pager.health().well
        return web.json_response({"well": well}, status=200 if well else 503)

    application.web.router.add_get("/healthz", health)
    application.web.router.add_get("/healthz/pager", pager_health)
    runner = web.AppRunner(application.web, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        raise environment.cannot_listen(error) from None
    port = runner.addresses[0][1]
    application.address = settings.public_url or f"http://{settings.host}:{port}"
    await asyncio.sleep(0)
