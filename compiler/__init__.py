"""sflowc: a compiler from portable workflow YAML to standalone bash and sbatch scripts."""

__version__ = "0.1.0"
