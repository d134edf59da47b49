"""`python -m steno` is `steno`."""

from steno.cli import main

if __name__ == "__main__":
    main()
