"""`python -m onebasket` is `onebasket`."""

from onebasket.cli import main

if __name__ == "__main__":
    main()
