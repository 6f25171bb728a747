"""The program's entry: ``torchaoke``, or ``python -m app``."""

import atexit
import gc
import io
import sys

from app.leaving import end_soon


def main() -> None:
    """Run the command line; ends the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # songs and evidence go beyond some terminals' letters
    atexit.register(gc.freeze)  # else the exit spends most of a second collecting torch's modules
    status = 1
    try:
        from app.cli import app

        app(prog_name="torchaoke")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    finally:
        end_soon(status)
    sys.exit(status)


if __name__ == "__main__":
    main()
