"""Ogg Vorbis files which are the same bytes every time."""

import io

import soundfile

from assets.studio.sound import RATE, Wave

SERIAL = 1  # the encoder draws a new number for every file
BLOCK = 1 << 15  # samples handed to the encoder at once


def encode(stereo: Wave) -> bytes:
    """A sound of shape (samples, 2) as an Ogg Vorbis file."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", RATE, 2, format="OGG", subtype="VORBIS") as writer:
        for start in range(0, len(stereo), BLOCK):
            writer.write(stereo[start : start + BLOCK])
    return with_serial(file.getvalue(), SERIAL)


def with_serial(ogg: bytes, serial: int) -> bytes:
    """The same Ogg stream under another serial number.

    Page layout and checksum: RFC 3533, section 6. Raises ValueError when the bytes are no Ogg stream.
    """
    stream, at = bytearray(ogg), 0
    while at < len(stream):
        if stream[at : at + 4] != b"OggS":
            raise ValueError(
                f"byte {at} starts {bytes(stream[at : at + 4])!r}; expected the page mark b'OggS'"
            )
        lengths = stream[at + 27 : at + 27 + stream[at + 26]]
        end = at + 27 + len(lengths) + sum(lengths)
        stream[at + 14 : at + 18] = serial.to_bytes(4, "little")
        stream[at + 22 : at + 26] = bytes(4)
        stream[at + 22 : at + 26] = _checksum(stream[at:end]).to_bytes(4, "little")
        at = end
    return bytes(stream)


def _remainder(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


_REMAINDERS = tuple(map(_remainder, range(256)))


def _checksum(page: bytes | bytearray) -> int:
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _REMAINDERS[(value >> 24) ^ byte]
    return value
