"""Types as the compiler reads them: the tables, and the one signature of laws."""

LAW = "float64(float64[::1], float64[::1], float64[::1])"  # law(now, values, memory) -> m/s2

TABLE, FLAT, WHOLE, CODES = "float64[:,::1]", "float64[::1]", "int64[::1]", "int64[:,::1]"
