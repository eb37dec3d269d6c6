"""The rules alone: cfn-lint imports every module in this folder."""
