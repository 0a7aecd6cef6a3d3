import sys
from pathlib import Path

# as `python bench` does itself; pytest finds the other programs by the root pyproject's pythonpath
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "bench"))
