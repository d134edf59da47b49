"""Files of a model from the Hugging Face hub: from the caches of this machine, or downloaded."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from steno.config import Settings
from steno.errors import ModelUnavailable, StenoError, UnknownModel
from steno.storage import storage_errors


def snapshot(
    repository: str, settings: Settings, *, download: bool, files: Sequence[str], needed: str, cure: str
) -> Path | None:
    """The directory of a repository's `files`; None where its file `needed` is not there.

    Without `download` only this machine is searched: Steno's model directory, then the cache that other programs share.
    Raises UnknownModel for what the hub does not know or give, ModelUnavailable with `cure` where it cannot be reached.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # nothing leaves the machine but the download itself
    import huggingface_hub
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    patterns = list(files)
    if not download:
        for cache in (settings.model_dir, Path(HF_HUB_CACHE)):
            with suppress(LocalEntryNotFoundError, OSError):
                path = Path(
                    huggingface_hub.snapshot_download(
                        repository, cache_dir=cache, local_files_only=True, allow_patterns=patterns
                    )
                )
                if (path / needed).exists():
                    return path
        return None
    try:
        with storage_errors(settings.model_dir):
            path = Path(
                huggingface_hub.snapshot_download(repository, cache_dir=settings.model_dir, allow_patterns=patterns)
            )
    except GatedRepoError as error:
        raise UnknownModel(
            f"{repository} is only given to those who accept its conditions",
            "Accept them on its page, then set HF_TOKEN to your access token.",
        ) from error
    except RepositoryNotFoundError as error:
        raise UnknownModel(
            f"{repository} does not exist, or needs a token", "Check the name; set HF_TOKEN for a gated model."
        ) from error
    except StenoError:
        raise
    except Exception as error:  # the hub client's transport errors (httpx) have no common public base
        raise ModelUnavailable(f"{repository} could not be downloaded", cure) from error
    return path if (path / needed).exists() else None
