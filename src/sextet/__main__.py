"""`python -m sextet` is `sextet`."""

from sextet.cli.main import main

if __name__ == "__main__":
    main()
