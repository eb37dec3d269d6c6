"""The rules. cfn-lint imports every module in this folder, so it contains nothing else."""
