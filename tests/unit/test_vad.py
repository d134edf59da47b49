import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from tests.conftest import RECORDINGS
from tests.media_factory import read_pcm
from worker.vad import WINDOW, SpeechDetector, VoiceActivity


@pytest.fixture(scope="module")
def pcm() -> np.ndarray:
    return read_pcm(RECORDINGS / "meeting-01.opus")[: 30 * 16_000 + 123]


@pytest.mark.parametrize("block", [160, 5_000, 16_000, 1_000_000])
def test_blocks_of_any_size_give_the_probabilities_of_one_pass(pcm: np.ndarray, block: int) -> None:
    whole = np.pad(pcm.astype(np.float32) / 32768.0, (0, -pcm.size % WINDOW))
    expected = get_vad_model()(whole).reshape(-1)

    activity = VoiceActivity()
    parts = [activity.feed(pcm[first : first + block]) for first in range(0, pcm.size, block)]
    streamed = np.concatenate([*parts, activity.finish()])

    np.testing.assert_allclose(streamed, expected, atol=1e-4)


def test_speech_is_found_between_pauses() -> None:
    probabilities = np.array([0.0] * 20 + [0.9] * 40 + [0.0] * 20 + [0.9] * 30 + [0.0] * 3, np.float32)

    detector = SpeechDetector(max_speech=28)
    found = [*detector.feed(probabilities), *detector.finish(probabilities.size * WINDOW)]

    assert [(part.start // WINDOW, part.end // WINDOW) for part in found] == [(20, 60), (80, 110)]


def test_clicks_are_no_speech() -> None:
    detector = SpeechDetector(max_speech=28)
    assert not [*detector.feed(np.array([0, 0.9, 0, 0, 0, 0, 0, 0, 0], np.float32)), *detector.finish(9 * WINDOW)]


def test_speech_without_a_pause_is_cut_where_the_voice_is_weakest() -> None:
    probabilities = np.full(2000, 0.95, np.float32)
    probabilities[700:705] = 0.6
    detector = SpeechDetector(max_speech=28)

    found = [*detector.feed(probabilities), *detector.finish(2000 * WINDOW)]

    assert found[0].end == found[1].start
    assert 698 <= found[0].end // WINDOW <= 707
    assert max(part.end - part.start for part in found) <= 28 * 16_000
    assert found[-1].end == 2000 * WINDOW
