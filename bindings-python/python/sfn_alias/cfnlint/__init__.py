"""Rules for cfn-lint: ``cfn-lint --append-rules "$(python -m sfn_alias.cfnlint)" TEMPLATE``.

Each rule of ``sfn_alias.template_rules()`` is one class with an id in cfn-lint's format: the rule ``SFA001`` is
``E9501`` if it is an error, ``W9501`` if it is a warning, and ``I9501`` if it is information.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "rules"
"""The directory for ``--append-rules``."""
