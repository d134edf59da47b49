"""How loud a recording is along its time: what a player draws, so that people see where somebody speaks."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from steno.transcript import Seconds

Peak = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Waveform(BaseModel):
    """The largest amplitude of each of many equal parts of a recording; 1 is the loudest there can be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    duration: Seconds
    peaks: tuple[Peak, ...] = Field(description="2000 at most, in order of time.")
