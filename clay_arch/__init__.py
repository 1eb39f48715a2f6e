"""Recommends, proves and scaffolds the architecture of a Clay integration.

cli         parses, calls, prints
wizard      asks what is missing, on a terminal
report      a recommendation as text, markdown, JSON or decision record
scaffold    the only module that knows Copier
load        files into values; document reads one YAML file and keeps its line numbers
decision    pure: which variant, why, what binds first, what would change it
errors      what can go wrong, and what the caller can do about it
sandbox     a local Clay; stands apart
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
