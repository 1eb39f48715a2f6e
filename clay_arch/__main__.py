"""`python -m clay_arch` is `clay-arch`."""

from clay_arch.cli import main

main()
