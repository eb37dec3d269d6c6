"""Prints the folder of the rules."""

from sfn_alias.cfnlint import FOLDER

print(FOLDER)
