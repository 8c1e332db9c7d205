"""Every setting of the service, from environment variables; each one says what it is for and what happens without it."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, IPvAnyNetwork, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.setting_values import (
    FOLDER,
    FROM_JSON,
    HEARTBEAT,
    HOST,
    ISSUER,
    READABLE,
    RECORDS,
    THERE,
    VOICE,
    WEB_ADDRESS,
    IceAddresses,
    Money,
    Phone,
    Text,
)
from server.vocabulary.principals import Role

ROOT = Path(__file__).resolve().parent.parent
"""Where the project's data folders (`personas/`, `web/templates/`) are."""


class LanguageEndpoint(BaseModel):
    """One OpenAI-compatible server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    key: str = Field("", repr=False)
    model: str
    small_model: str = ""
    agreement: str = ""

    @property
    def models(self) -> tuple[str, str]:
        """The one that reads and the one that talks."""
        return self.small_model or self.model, self.model

    @property
    def on_this_machine(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    def problem(self) -> str:
        """What keeps patients' words from being sent there, as `field: remedy`; empty when nothing does."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            return "url: must look like https://llm.example.org/v1, without a user or a query"
        if not self.model:
            return "model: name the model to ask for"
        if self.on_this_machine:
            return ""
        if parts.scheme != "https":
            return "url: must begin with https:// (http:// only on this machine)"
        if not self.agreement.strip():
            return (
                "agreement: patients' words may only go to a provider that has signed a business associate agreement; "
                "name it here, for example 'BAA with Example Inc., 2026-03-01, contract 1234'"
            )
        return ""


class Settings(BaseSettings):
    """Read from `NIGHTLIGHT_…`; `PORT` and `DATA` also work without the prefix. An empty variable is an unset one."""

    model_config = SettingsConfigDict(
        env_prefix="NIGHTLIGHT_", env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )

    host: Annotated[str, HOST] = Field("127.0.0.1", examples=["127.0.0.1"])
    """Address to listen on. Anything but loopback needs HTTPS in front: browsers give no microphone without it."""
    port: int = Field(8080, ge=0, le=65535, validation_alias=AliasChoices("PORT", "NIGHTLIGHT_PORT"))
    """TCP port; 0 takes a free one."""
    data: Annotated[Path, FOLDER] = Field(
        Path("data"), validation_alias=AliasChoices("DATA", "NIGHTLIGHT_DATA"), examples=["/var/lib/nightlight"]
    )
    """Folder of the records database and, in the embedded set-up, the master key."""
    public_url: Annotated[Text, WEB_ADDRESS] = Field("", examples=["https://checkin.example.org"])
    """How patients' phones reach this server, for example `https://checkin.example.org`; empty: host and port."""
    database_url: Annotated[Text, RECORDS] = Field("", examples=["sqlite:////data/records.db"])
    """SQLAlchemy URL of the records; empty: SQLite in the data folder."""
    model_cache: Annotated[Path, FOLDER] = Field(
        Path.home() / ".cache" / "nightlight" / "models", examples=["/var/cache/nightlight"]
    )
    """Where model files are kept after their first download."""
    model_mirror: Annotated[Path | None, THERE] = Field(None, examples=["/srv/models"])
    """A folder with the same files, looked in before the network."""
    clinic: Text = Field("", examples=["Example Clinic"])
    """What the clinic is called, on the pages and by the persona; empty: the persona pack's own words."""
    nurse_phone: Phone = Field("", examples=["202-555-0100"])
    """The number patients are given for a nurse; empty: the persona pack's."""
    emergency_number: Phone = Field("", examples=["911"])
    """What the pages offer to call in an emergency; empty: the persona pack's. The persona's words are in the pack."""
    voice: Annotated[Text, VOICE] = Field("auto", examples=["flite/slt"])
    """`auto` (flite if installed, else eSpeak NG), `flite/slt`, `flite/rms`, `espeak/en-us` …"""
    end_of_turn_model: bool = True
    """Whether the framework's local end-of-turn model has a vote; costs about 255 MB once."""
    max_checkins: int = Field(12, ge=1)
    """Check-ins that may run at once; more are asked to wait."""
    link_hours: float = Field(24.0, gt=0, le=8760, allow_inf_nan=False)
    """How long a patient's link works."""
    drop_off_minutes: float = Field(10.0, gt=0, le=1440, allow_inf_nan=False)
    """How long a check-in waits in memory for a patient who dropped off; the link resumes it after that too."""
    llm_url: Text = Field("", examples=["https://llm.example.org/v1"])
    """An OpenAI-compatible server, up to and with the version: `https://llm.example.org/v1`. Empty: no language model."""
    llm_key: Text = Field("", repr=False)
    """Its API key."""
    llm_model: Text = Field("", examples=["large"])
    """The large model: talks."""
    llm_small_model: Text = Field("", examples=["small"])
    """The small model: reads turns; empty: the large one."""
    llm_agreement: Text = Field("", examples=["BAA with Example Inc., 2026-03-01, contract 1234"])
    """The business associate agreement with whoever runs it; needed unless it is this machine."""
    llm_fallbacks: Annotated[tuple[LanguageEndpoint, ...], NoDecode, FROM_JSON] = Field(
        (), examples=['[{"url": "http://127.0.0.1:8081/v1", "model": "small"}]']
    )
    """Further servers, asked in this order where the first fails; a JSON list."""
    llm_prices: Annotated[dict[str, tuple[Money, Money]], NoDecode, FROM_JSON] = Field(
        {}, examples=['{"large": [0.002, 0.008]}']
    )
    """Price of 1,000 tokens in and out by model, as JSON."""
    llm_checkin_tokens: int = Field(200_000, ge=0)
    """Most tokens of one check-in."""
    llm_day_tokens: int = Field(5_000_000, ge=0)
    """Most tokens of one day (UTC), all check-ins together."""
    llm_checkin_money: Money | None = Field(None, examples=["0.50"])
    """Most money of one check-in, in the unit of the prices; unset: not limited."""
    llm_day_money: Money | None = Field(None, examples=["20"])
    """Most money of one day."""
    escalation: Annotated[Path | None, READABLE] = Field(None, examples=["/etc/nightlight/escalation.yaml"])
    """Who is rung how: the site's own file; unset: pages are printed on the console and ring on the nurse's page."""
    agreements: Annotated[Path | None, READABLE] = Field(None, examples=["/etc/nightlight/agreements.yaml"])
    """The register of agreements with whoever outside is sent patient data; needed as soon as anybody is."""
    deadman_url: Annotated[Text, HEARTBEAT] = Field("", repr=False, examples=["https://hc-ping.example.org/0b1c"])
    """An address that is got every 20 s while pages are seen to; whoever watches it calls when that stops."""
    second_factor: bool | None = Field(None, examples=["true"])
    """Whether staff need a second factor to open anything; unset: unless only this machine reaches the server."""
    oidc_issuer: Annotated[Text, ISSUER] = Field("", examples=["https://login.example.org/realms/clinic"])
    """The site's own sign-in (OpenID Connect): the provider's issuer, letter for letter; empty: accounts of our own only."""
    oidc_client_id: Text = Field("", examples=["nightlight"])
    """What the provider knows this service as; its redirect address is `<public address>/staff/sso/callback`."""
    oidc_client_secret: Text = Field("", repr=False)
    """The secret it gave us; empty for a public client, which PKCE protects."""
    oidc_claim: Text = Field("groups", examples=["realm_access.roles"])
    """The claim that says what somebody is; dots lead into objects."""
    oidc_roles: Annotated[dict[str, Role], NoDecode, FROM_JSON] = Field(
        {}, examples=['{"nightlight-nurses": "nurse", "nightlight-it": "admin"}']
    )
    """Value of that claim to role, as JSON; of several that fit, the first counts. Whoever has none stays outside."""
    oidc_second_factor: bool = True
    """Whether the provider asks for a second factor; false: ours is asked for too."""
    metrics_port: int | None = Field(None, ge=0, le=65535, examples=["9464"])
    """TCP port of `/metrics` for Prometheus, which holds nothing of patients; unset: there is none. 0 takes a free one."""
    stun: IceAddresses = Field((), examples=['["stun:stun.example.org:3478"]'])
    """STUN servers as a JSON list, for patients outside the server's network."""
    turn: IceAddresses = Field((), examples=['["turn:turn.example.org:3478?transport=udp"]'])
    """TURN servers as a JSON list."""
    turn_secret: Text = Field("", repr=False)
    """coturn's `static-auth-secret`."""
    lan: bool | None = Field(None, examples=["true"])
    """Whether private addresses of patients may be contacted; unset: only when listening on loopback."""
    proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, FROM_JSON] = Field((), examples=['["10.42.0.0/16"]'])
    """Networks of our own reverse proxies as a JSON list: they say in `X-Forwarded-For` whose request they pass on."""

    @model_validator(mode="after")
    def _may_offer_turn(self) -> Self:
        if self.turn and not self.turn_secret:
            raise ValueError("NIGHTLIGHT_TURN_SECRET: NIGHTLIGHT_TURN needs the server's static-auth-secret here")
        return self

    @model_validator(mode="after")
    def _may_sign_in_elsewhere(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError(
                "NIGHTLIGHT_OIDC_CLIENT_ID: NIGHTLIGHT_OIDC_ISSUER needs the name it knows this service by"
            )
        if self.oidc_issuer and not self.oidc_roles:
            raise ValueError("NIGHTLIGHT_OIDC_ROLES: without it nobody who signs in elsewhere has a role here")
        return self

    @model_validator(mode="after")
    def _may_ask_language_models(self) -> Self:
        for at, endpoint in enumerate(self.language_endpoints):
            if problem := endpoint.problem():
                field, remedy = problem.split(": ", 1)
                name = f"nightlight_llm_{field}".upper() if at == 0 else f"NIGHTLIGHT_LLM_FALLBACKS[{at - 1}].{field}"
                raise ValueError(f"{name}: {remedy}")
        limited = self.llm_checkin_money is not None or self.llm_day_money is not None
        models = {model for endpoint in self.language_endpoints for model in endpoint.models}
        if limited and (unpriced := sorted(models - self.llm_prices.keys())):
            raise ValueError(f"NIGHTLIGHT_LLM_PRICES: a limit in money needs the price of {', '.join(unpriced)}")
        return self

    @property
    def language_endpoints(self) -> tuple[LanguageEndpoint, ...]:
        """In the order in which they are asked; none without `llm_url`."""
        if not self.llm_url:
            return ()
        first = LanguageEndpoint(
            url=self.llm_url,
            key=self.llm_key,
            model=self.llm_model,
            small_model=self.llm_small_model,
            agreement=self.llm_agreement,
        )
        return (first, *self.llm_fallbacks)

    @property
    def origin(self) -> str:
        """The address patients and staff use."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def https(self) -> bool:
        """Whether browsers reach this server by HTTPS, so that cookies must be `Secure`."""
        return self.origin.startswith("https://")

    @property
    def calibrations(self) -> Path:
        """Folder of perception's calibrations, with which one is in use."""
        return self.data / "calibrations"

    @property
    def tuning(self) -> Path:
        """Folder of the thresholds that an attention budget moved, with which version is in use."""
        return self.data / "tuning"

    @property
    def records_url(self) -> str:
        """SQLAlchemy URL of the records."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'records.db'}"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in ("127.0.0.1", "::1", "localhost")

    @property
    def factor_required(self) -> bool:
        """See `second_factor`; behind a proxy the server itself may listen on loopback."""
        return self.https or not self.on_loopback if self.second_factor is None else self.second_factor

    @property
    def allow_private_addresses(self) -> bool:
        """See `lan`."""
        return self.on_loopback if self.lan is None else self.lan
