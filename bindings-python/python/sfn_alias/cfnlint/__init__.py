"""Rules for cfn-lint: ``cfn-lint --append-rules "$(python -m sfn_alias.cfnlint)" TEMPLATE``.

One class a rule of ``sfn_alias.template_rules()``, with an id of cfn-lint's form: the rule ``SFA001`` is
``E9501`` as an error, ``W9501`` as a warning and ``I9501`` as information.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "rules"
"""What ``--append-rules`` takes."""
