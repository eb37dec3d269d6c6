"""Rules for cfn-lint: ``cfn-lint --append-rules "$(python -m sfn_alias.cfnlint)" TEMPLATE``.

Each rule of ``sfn_alias.template_rules()`` has a class with an id in the format of cfn-lint. ``SFA001`` becomes
``E9501`` for an error, ``W9501`` for a warning and ``I9501`` for information.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "rules"
"""The folder for ``--append-rules``."""
