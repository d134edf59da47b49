"""What a webhook is told: that a job ended, and where to look; no word of the recording."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from steno.states import JobState


class EndedJob(BaseModel):
    """The job that ended."""

    model_config = ConfigDict(frozen=True)

    id: str
    state: Literal[JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED]
    name: str = Field(description="The recording's name, as it was handed in.")
    links: dict[str, str] = Field(
        description="`self` in the API and `page` in the portal; none where the server was not told its own address."
    )


class WebhookEvent(BaseModel):
    """A job has ended. Every try has the same body, and the same `webhook-id`."""

    model_config = ConfigDict(frozen=True)

    type: Literal["job.completed", "job.failed", "job.cancelled"]
    timestamp: datetime = Field(description="When it ended.")
    data: EndedJob
