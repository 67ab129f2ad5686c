"""Runs in the client's environment: the CPU seconds that Scenic takes from a map file to its road network.

usage: time_scenic.py FILE.xodr
"""

import json
import resource
import sys
import time
import warnings

from scenic.domains.driving.roads import Network

warnings.simplefilter("ignore")
begin = time.process_time()
network = Network.fromFile(sys.argv[1], useCache=False, writeCache=False)
spent = time.process_time() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu_s": spent, "peak_mib": peak, "lanes": len(network.lanes)}))
