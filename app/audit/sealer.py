"""Sealing: events enter their organisation's tree once, in one order, and its head is signed.

On SQLite events are in their trees already and a pass only signs. On PostgreSQL a pass takes every event
of the transactions that are over for certain (below the snapshot's xmin: ids become visible out of order).
"""

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, or_, select, text, update

from app.audit.models import TrailEvent, TrailHorizon, TrailLeaf
from app.audit.signing import sign_heads
from app.audit.trees import Tree, add_leaves, event_leaf, find_tree, is_our_event, keep_tree
from app.core.database import Database, session
