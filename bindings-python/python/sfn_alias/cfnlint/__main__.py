"""Prints the directory of the rules."""

from sfn_alias.cfnlint import FOLDER

print(FOLDER)
