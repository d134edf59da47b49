"""The waveform of decoded audio."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.loudness import waveform
from worker.media import SAMPLE_RATE


def pcm(path: Path, samples: list[int] | np.ndarray) -> Path:
    path.write_bytes(np.asarray(samples, np.int16).tobytes())
    return path


def test_peaks_are_where_it_is_loud(tmp_path: Path) -> None:
    samples = np.zeros(100 * SAMPLE_RATE, np.int16)
    samples[30 * SAMPLE_RATE : 31 * SAMPLE_RATE] = -16384
    samples[-1] = 32767

    found = waveform([pcm(tmp_path / "a", samples)])

    assert (found.duration, len(found.peaks)) == (100.0, 2000)
    assert found.peaks[590:630] == (0.0,) * 10 + (0.5,) * 20 + (0.0,) * 10
    assert found.peaks[-1] == 1.0


def test_what_is_left_out_at_the_beginning_is_silence(tmp_path: Path) -> None:
    found = waveform([pcm(tmp_path / "a", np.full(SAMPLE_RATE, 3277))], start=1.0)

    assert found.duration == 2.0
    assert (set(found.peaks[:100]), set(found.peaks[100:])) == ({0.0}, {0.1})


def test_channels_sound_at_once(tmp_path: Path) -> None:
    left = pcm(tmp_path / "a", np.full(SAMPLE_RATE, 3277))
    right = pcm(tmp_path / "b", np.concatenate([np.zeros(SAMPLE_RATE), np.full(SAMPLE_RATE, -32768)]))

    found = waveform([left, right])

    assert found.duration == 2.0
    assert (set(found.peaks[:100]), set(found.peaks[100:])) == ({0.1}, {1.0})


def test_no_sound_at_all_has_no_peaks(tmp_path: Path) -> None:
    assert waveform([pcm(tmp_path / "a", [])]).peaks == ()


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=2000), st.integers(0, 400))
def test_no_sample_is_above_its_peak(tmp_path_factory: pytest.TempPathFactory, samples: list[int], before: int) -> None:
    found = waveform([pcm(tmp_path_factory.mktemp("pcm") / "a", samples)], start=before / SAMPLE_RATE)

    assert len(found.peaks) <= 2000
    assert max(found.peaks) == round(max(map(abs, samples)) / 32768, 3)
