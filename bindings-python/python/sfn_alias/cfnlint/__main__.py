"""Prints the folder with the rules."""

from sfn_alias.cfnlint import FOLDER

print(FOLDER)
