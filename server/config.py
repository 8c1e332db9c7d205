"""Every setting of the service, from environment variables; each one says what it is for and what happens without it."""

from pathlib import Path

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
"""Where the project's data folders (`personas/`, `web/templates/`) are."""


class Settings(BaseSettings):
    """Read from `NIGHTLIGHT_…`; `PORT` and `DATA` also work without the prefix."""

    model_config = SettingsConfigDict(env_prefix="NIGHTLIGHT_", frozen=True, extra="ignore", populate_by_name=True)

    host: str = "127.0.0.1"
    """Address to listen on. Anything but loopback needs HTTPS in front: browsers give no microphone without it."""
    port: int = Field(8080, ge=0, le=65535, validation_alias=AliasChoices("PORT", "NIGHTLIGHT_PORT"))
    """TCP port; 0 takes a free one."""
    data: Path = Field(Path("data"), validation_alias=AliasChoices("DATA", "NIGHTLIGHT_DATA"))
    """Folder of the records database and, in the embedded set-up, the master key."""
    public_url: str = ""
    """How patients' phones reach this server, for example `https://checkin.example.org`; empty: host and port."""
    database_url: str = ""
    """SQLAlchemy URL of the records; empty: SQLite in the data folder."""
    model_cache: Path = Path.home() / ".cache" / "nightlight" / "models"
    """Where model files are kept after their first download."""
    model_mirror: Path | None = None
    """A folder with the same files, looked in before the network."""
    clinic: str = ""
    """What the clinic is called, on the pages and by the persona; empty: the persona pack's own words."""
    nurse_phone: str = ""
    """The number patients are given for a nurse; empty: the persona pack's."""
    emergency_number: str = ""
    """What the pages offer to call in an emergency; empty: the persona pack's. The persona's words are in the pack."""
    voice: str = "auto"
    """`auto` (flite if installed, else eSpeak NG), `flite/slt`, `flite/rms`, `espeak/en-us` …"""
    end_of_turn_model: bool = True
    """Whether the framework's local end-of-turn model has a vote; costs about 255 MB once."""
    max_checkins: int = Field(12, ge=1)
    """Check-ins that may run at once; more are asked to wait."""
    link_hours: float = Field(24.0, gt=0)
    """How long a patient's link works."""
    drop_off_minutes: float = Field(10.0, gt=0)
    """How long a check-in waits in memory for a patient who dropped off; the link resumes it after that too."""
    stun: tuple[str, ...] = ()
    """STUN servers as a JSON list, for patients outside the server's network."""
    turn: tuple[str, ...] = ()
    """TURN servers as a JSON list."""
    turn_secret: str = Field("", repr=False)
    """coturn's `static-auth-secret`."""
    lan: bool | None = None
    """Whether private addresses of patients may be contacted; unset: only when listening on loopback."""

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// on this machine)")
        return url.rstrip("/")

    @property
    def origin(self) -> str:
        """The address patients and staff use."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def https(self) -> bool:
        """Whether browsers reach this server by HTTPS, so that cookies must be `Secure`."""
        return self.origin.startswith("https://")

    @property
    def records_url(self) -> str:
        """SQLAlchemy URL of the records."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'records.db'}"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in ("127.0.0.1", "::1", "localhost")

    @property
    def allow_private_addresses(self) -> bool:
        """See `lan`."""
        return self.on_loopback if self.lan is None else self.lan
