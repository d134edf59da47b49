"""Settings: read once from STENO_* variables, typed, validated at start. Every default is documented here."""

from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from steno import setting_values
from steno.errors import InvalidOption

GIB = 1024**3
LONGEST_SHARE = 366  # days
SESSION_IDLE, SESSION_LONGEST = 14 * 86_400, 90 * 86_400  # seconds


class Settings(BaseSettings):
    """What an operator may change. The variable of a field is `STENO_` and its name in capitals."""

    # Empty is unset: env files and compose files write `STENO_SMTP_URL=` where there is none.
    model_config = SettingsConfigDict(env_prefix="STENO_", frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("steno"), description="Unfinished work and the list of written results."
    )
    model_dir: Path = Field(
        default_factory=lambda: user_cache_path("steno") / "models", description="Downloaded speech models."
    )
    model: str = Field(default="auto", description="Speech model: a name, a Hugging Face id or a directory.")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="Where the model runs.")
    compute_type: str = Field(default="auto", description="CTranslate2 arithmetic, e.g. int8, float16; auto chooses.")
    threads: int = Field(default=0, ge=0, le=256, description="CPU threads for recognition; 0 means all cores.")
    batch_size: int = Field(default=0, ge=0, le=512, description="Chunks decoded at once; 0 chooses by device.")
    beam_size: int = Field(default=5, ge=1, le=20, description="Beam width of the search; 1 is greedy.")
    diarize: bool = Field(default=True, description="Tell speakers apart where a request does not say.")
    diarization_model: str = Field(
        default="auto", description="Diarization pipeline: a name, a Hugging Face id or a directory."
    )
    offline: bool = Field(default=False, description="Never download a model, even where it could be done.")

    ffmpeg: Path | None = Field(
        default=None, description="ffmpeg to use; by default the system's, else the bundled one."
    )
    max_duration: float = Field(default=24 * 3600.0, gt=0, description="Longest recording accepted, seconds.")
    decode_memory: int = Field(default=4 * GIB, ge=GIB // 2, description="Address space of one ffmpeg process, bytes.")
    decode_timeout: float = Field(default=2 * 3600.0, gt=0, description="Wall time of one decoding, seconds.")
    decode_cpu_time: float = Field(default=3600.0, gt=0, description="CPU time of one decoding, seconds.")

    database_url: SecretStr | None = Field(
        default=None, description="postgresql://user:password@host/name; by default SQLite in data_dir."
    )
    redis_url: str | None = Field(
        default=None, description="Redis for the queue, e.g. redis://localhost:6379/0; `steno up` brings its own."
    )
    public_url: str | None = Field(default=None, description="Address under which people reach the portal.")
    lease: float = Field(default=30.0, ge=2, description="Seconds after which a worker that says nothing is dead.")
    max_deaths: int = Field(default=3, ge=1, description="Deaths of workers over one stage until it is given up.")
    worker_memory: int = Field(
        default=0,
        ge=0,
        description="Bytes of memory with which a worker ends after a stage, to be started anew; 0 chooses by machine.",
    )
    any_model: bool = Field(
        default=False,
        description="Callers of the service may name any model of Hugging Face, which is downloaded; "
        "false: Steno's own names, and models that are on the machine.",
    )
    max_upload: int = Field(default=8 * GIB, gt=0, description="Largest recording accepted, bytes.")
    quota: int = Field(default=0, ge=0, description="Bytes of recordings one person may have stored; 0 is no limit.")
    keep_free: int = Field(default=GIB, ge=0, description="Bytes of disk that uploads leave free.")
    rate_limit: int = Field(
        default=600, ge=0, description="Requests a minute of one API token, in each web process; 0 is no limit."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Bearer token, the only thing that opens /metrics then; 16 characters at least.",
    )
    trusted_proxies: str = Field(
        default="", description="Proxies whose X-Forwarded-For counts: how many in a row, or networks by commas."
    )
    local_accounts: bool = Field(default=True, description="People may sign in by name and password.")
    search: bool = Field(
        default=True, description="Keep the words of transcripts in the database, so that they can be searched."
    )
    session_idle: int = Field(
        default=SESSION_IDLE,
        ge=300,
        le=SESSION_LONGEST,
        description="Seconds without use after which a browser is signed out.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="OpenID provider, e.g. https://login.example.org/realms/staff; none: no single sign-on.",
    )
    oidc_client_id: str = Field(default="steno", description="What this service is called there.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret there; none: PKCE alone.")
    oidc_scopes: str = Field(default="openid profile email", description="What is asked for, by spaces.")
    oidc_name: str = Field(default="single sign-on", description="What people call the provider, for the button.")
    oidc_allow: str = Field(
        default="", description="Who may come in, e.g. affiliation=staff; email=*@example.org. Empty: all."
    )
    oidc_admin: str = Field(default="", description="Who administers, written alike; empty: as set in Steno.")
    oidc_name_claim: str = Field(default="preferred_username", description="Attribute that new accounts are named by.")
    oidc_link_by_email: bool = Field(
        default=False, description="Accounts named like a verified mail address are connected without being asked."
    )
    oidc_trust_email: bool = Field(
        default=False, description="Mail addresses count as verified also where the provider does not say so."
    )
    oidc_token_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="Days without a sign-in there until a person's API tokens rest; 0: never.",
    )
    upload_expiry: float = Field(default=24 * 3600.0, gt=0, description="Seconds until an unfinished upload goes.")

    encrypt: bool = Field(default=True, description="Encrypt what new jobs store, with a key for each job.")
    encryption_key: SecretStr | None = Field(
        default=None, description="Master key, 32 bytes in base64; older ones behind it, by commas."
    )
    encryption_key_file: Path | None = Field(
        default=None, description="File with it; by default one made at the first start in data_dir."
    )
    scratch_dir: Path | None = Field(
        default=None, description="Where jobs are worked on, e.g. a tmpfs; by default in data_dir."
    )

    retention_days: int = Field(
        default=0, ge=0, le=36_500, description="Days after which new jobs are deleted where none is asked; 0: never."
    )
    retention_max_days: int = Field(
        default=0, ge=0, le=36_500, description="Days that a job may be kept at most; 0 is no limit."
    )
    keep_recording: bool = Field(
        default=True, description="Recordings stay when the transcript is there, where a request does not say."
    )
    deletion_warning_days: int = Field(
        default=3, ge=0, le=60, description="Days before a job's deletion when its owner gets a mail; 0: none."
    )
    sharing: bool = Field(
        default=True, description="People may share by link; false: nobody can, and links that are there lead nowhere."
    )
    share_max_days: int = Field(
        default=0,
        ge=0,
        le=LONGEST_SHARE,
        description="Days after which every link has ended; 0: as its owner chose, up to 366.",
    )
    audit_days: int = Field(default=365, ge=1, le=36_500, description="Days that the audit log goes back.")

    server: str | None = Field(default=None, description="Service that `steno submit` and `steno jobs` talk to.")
    token: SecretStr | None = Field(default=None, description="API token for it.")

    smtp_url: SecretStr | None = Field(
        default=None, description="smtp://user:password@host:587 (STARTTLS), smtps://... (TLS); none: no mail."
    )
    smtp_from: str = Field(default="Steno <steno@localhost>", description="Sender of mails.")
    mail_attachments: bool = Field(default=False, description="Mails may have results attached, where it is asked for.")
    mail_language: Literal["en", "fi", "sv"] = Field(default="en", description="Language of mails.")
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Signs webhooks (Standard Webhooks, whsec_...); while it is changed new and old, by a comma.",
    )
    webhook_allow: str = Field(default="", description="Private hosts and networks webhooks may go to, by commas.")

    minutes: bool | None = Field(
        default=None, description="Make minutes where a request does not say; by default where llm_url is set."
    )
    template: str = Field(default="general", description="Template of the minutes: a name, or a TOML file.")
    template_dir: Path | None = Field(default=None, description="Folder with templates of your own, NAME.toml.")
    llm_url: str | None = Field(
        default=None, description="OpenAI-compatible endpoint, e.g. http://localhost:8000/v1; without it rules serve."
    )
    llm_api_key: SecretStr | None = Field(default=None, description="Key for the endpoint, where it asks for one.")
    llm_model: str | None = Field(default=None, description="Its model; by default the only one it offers.")
    llm_context: int = Field(default=8192, ge=4096, le=2_000_000, description="Tokens the model takes in and out.")
    llm_timeout: float = Field(default=180.0, gt=0, le=3600, description="Wait for one answer, seconds.")
    llm_deadline: float = Field(default=3600.0, gt=0, description="Wait for all answers of one recording, seconds.")
    llm_retries: int = Field(default=2, ge=0, le=10, description="Times an answer that failed is asked for again.")
    llm_concurrency: int = Field(default=4, ge=1, le=64, description="Questions sent to the endpoint at once.")
    llm_strong_model: str | None = Field(
        default=None, description="Model for the windows whose answer fails the checks; none by default."
    )
    llm_strong_url: str | None = Field(default=None, description="Its endpoint, where it is another.")
    llm_strong_api_key: SecretStr | None = Field(default=None, description="Its key, where it is another.")
    llm_embedding_model: str | None = Field(
        default=None, description="Embedding model at llm_url: steno ask then also finds passages by meaning."
    )

    _addresses = field_validator(*setting_values.ADDRESSES)(setting_values.address)
    _endpoints = field_validator("llm_url", "llm_strong_url")(setting_values.endpoint)
    _issuer = field_validator("oidc_issuer")(setting_values.issuer)
    _scopes = field_validator("oidc_scopes")(setting_values.scopes)
    _rules = field_validator("oidc_allow", "oidc_admin")(setting_values.rule)
    _proxies = field_validator("trusted_proxies")(setting_values.proxies)


def load_settings(**overrides: str | int | None) -> Settings:
    """The settings, with `overrides` (None: not given) before the environment.

    Raises InvalidOption, naming the variable, where a value cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        name = "STENO_" + "_".join(str(part) for part in first["loc"]).upper()
        said = first["msg"].removeprefix("Value error, ")
        # What is said here ends in logs. Addresses, too, may carry a password.
        field = Settings.model_fields.get(name.removeprefix("STENO_").lower())
        secret = field is not None and field.annotation == SecretStr | None
        value = "what it is" if secret or "@" in str(first["input"]) else f"'{first['input']}'"
        raise InvalidOption(f"{name} cannot be {value}: {said}", f"Correct or unset {name}, or its option.") from error
