"""Translates templates with the SAM translator: `translate.py TEMPLATE.yaml...` writes `TEMPLATE-translated.json`."""

import json
import sys
from pathlib import Path

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# The translator needs a region, but sends no requests to AWS.
session = boto3.Session(region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
for path in map(Path, sys.argv[1:]):
    translated = Translator({}, Parser(), boto_session=session).translate(yaml_parse(path.read_text()), {})
    path.with_name(f"{path.stem}-translated.json").write_text(json.dumps(translated, indent=1) + "\n")
