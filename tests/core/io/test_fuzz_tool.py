"""A short run of the fuzzing tool: damaged files of every format are read or refused."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.errors import ReadError
from blotquant.io.images import READERS, read_image

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

import fuzz_readers
from formats.samples import samples

SAMPLES = samples()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("projects")
    return (*SAMPLES, *fuzz_readers.projects(folder), fuzz_readers.experiment())


def write(folder, sample):
    for name, data in ((sample.name, sample.data), *sample.beside):
        (folder / name).write_bytes(data)
    return folder / sample.name


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_every_sample_is_valid(tmp_path, sample):
    assert sorted(read_image(write(tmp_path, sample)).pixels.shape) == [24, 32]


def test_every_reader_has_a_sample():
    heads = [s.data[:512] for s in SAMPLES]
    for kind in READERS.names():
        reader = READERS.create(kind)
        assert any(reader.sniffs(head) for head in heads), kind


def test_damaged_files_are_read_or_refused(tmp_path, corpus):
    found = [fuzz_readers.try_one(tmp_path, corpus, seed) for seed in range(8 * len(corpus))]
    wrong = [outcome for outcome in found if outcome.verdict not in {"read", "refused"}]
    assert not wrong
    assert {outcome.verdict for outcome in found} == {"read", "refused"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_files_cut_short_are_refused_or_whole(tmp_path, sample):
    path = write(tmp_path, sample)
    whole = read_image(path).pixels
    for cut in range(0, len(sample.data), max(1, len(sample.data) // 25)):
        path.write_bytes(sample.data[:cut])
        try:
            image = read_image(path)
        except ReadError:
            continue
        # Only what stands behind the pixels may be missing: never a picture half filled.
        assert (image.pixels == whole).all()


@settings(max_examples=60)
@given(head=st.sampled_from([s.data[:40] for s in SAMPLES]), tail=st.binary(max_size=300))
def test_a_signature_and_noise_are_refused(tmp_path_factory, head, tail):
    path = tmp_path_factory.getbasetemp() / "noise.tif"
    path.write_bytes(head + tail)
    with pytest.raises(ReadError, match=r"noise\.tif"):
        read_image(path)


def test_a_frame_that_changes_its_colours_while_it_is_decoded(tmp_path):
    # Found by the tool: a later frame that lies far below its picture becomes RGBA on decoding.
    (sample,) = (s for s in SAMPLES if s.name == "two.gif")
    data = bytearray(sample.data)
    second = data.rindex(b"\x2c\x00\x00\x00\x00\x20\x00\x18\x00")
    data[second + 4] = 0x20
    path = tmp_path / "two.gif"
    path.write_bytes(data)
    assert read_image(path, 2).pixels.shape == (8192 + 24, 32)
