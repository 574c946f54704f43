"""What stage SQL may contain, as data for `onebasket.store.portable`.

Names are those of sqlglot's node classes (DuckDB dialect). Each stands with the arguments it may
carry: an argument that is not named is refused like a node that is not. Every entry gave equal
rows on DuckDB 2.0 and, translated by sqlglot 30, on Spark 4.3, for texts with spaces, accents,
Chinese and nulls, negative and large integers, leap days and empty groups, under the conditions that
`portable.py` checks beside it.
"""

from __future__ import annotations

ALLOWED_TEXT = """
    Select: expressions distinct from_ joins where group having qualify windows order limit offset with_
    Distinct: expressions on
    With: expressions
    CTE: this alias
    TableAlias: this columns
    From: this
    Table: this alias
    Subquery: this alias
    Values: expressions alias
    Join: this on using side kind
    Where: this
    Group: expressions all grouping_sets rollup cube
    GroupingSets Rollup Cube Grouping: expressions
    Having: this
    Qualify: this
    Order: this expressions
    Ordered: this desc nulls_first
    Limit Offset: expression
    Union Except Intersect: this expression distinct with_ order limit offset
    Identifier: this quoted
    Column: this table db
    Alias: this alias
    Star: except_
    Literal: this is_string
    Boolean: this
    Null:
    Placeholder: this
    Paren: this
    Tuple: expressions
    Var: this

    And Or EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is: this expression
    Not Neg Exists: this
    Between: this low high
    In: this expressions query
    Like: this expression negate
    Case: this ifs default
    If: this true false
    Coalesce: this expressions
    Nullif: this expression
    Greatest Least: this expressions ignore_nulls
    Add Sub Mul Div IntDiv Mod: this expression
    Abs Floor Ceil Sqrt Round: this
    Cast: this to
    DataType: this expressions nested
    DataTypeParam: this
    ColumnDef: this kind

    DPipe: this expression safe
    Concat ConcatWs: this expressions safe coalesce
    Length Reverse: this
    Trim: this position
    Replace: this expression replacement
    Left Right: this expression
    Substring: this start length
    Pad: this expression fill_pattern is_left
    SplitPart: this delimiter part_index
    Split: this expression
    StrPosition: this substr
    Contains StartsWith EndsWith: this expression
    RegexpLike: this expression
    RegexpExtract: this expression group null_if_pos_overflow
    RegexpReplace: this expression replacement modifiers single_replace
    MD5: this
    SHA2: this length
    JSONExtractScalar: this expression
    JSONPath: expressions
    JSONPathRoot:
    JSONPathKey: this

    Interval: this unit
    DateDiff: this expression unit date_part_boundary
    TimestampTrunc DateTrunc: this unit
    Extract: this expression
    Year Month Day Hour LastDay: this
    DateFromParts: year month day
    StrToTime TimeToStr: this format

    Count: this big_int
    CountIf Sum Min Max Median LogicalAnd LogicalOr: this
    ArgMax ArgMin: this expression
    GroupConcat: this separator
    Filter: this expression
    ArrayAgg: this
    ArraySort: this nulls_first
    ArraySize: this
    Array Struct: expressions
    PropertyEQ: this expression
    StructExtract Dot: this expression
    Bracket: this expressions
    Transform ArrayFilter: this expression
    Lambda: this expressions
    ArrayContains: this expression
    ArrayToString: this expression
    Explode: this

    Window: this partition_by order spec alias over
    WindowSpec: kind start start_side end end_side
    RowNumber Rank DenseRank PercentRank CumeDist:
    Ntile: this
    Lag Lead: this offset default
    First Last FirstValue LastValue IgnoreNulls: this
"""

ALLOWED: dict[str, frozenset[str]] = {
    name: frozenset(arguments.split())
    for names, _, arguments in (line.partition(":") for line in ALLOWED_TEXT.splitlines() if line.strip())
    for name in names.split()
}

# Types a value may have (decimals of any stated sizes in between), and the kinds of joins.
_TYPES_TEXT = "TEXT INT BIGINT DOUBLE DECIMAL BOOLEAN DATE TIMESTAMPNTZ LIST ARRAY STRUCT"
TYPES = frozenset(_TYPES_TEXT.split())
JOIN_KINDS = frozenset(["", "INNER", "OUTER", "SEMI", "ANTI", "CROSS"])
UNITS = frozenset(["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"])
EXTRACTED = frozenset(["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE"])
DIRECTIVES = frozenset("YmdHMS")  # of strptime and strftime

# Functions whose every value is a whole number, so that a cast to int cannot round.
_WHOLE_TEXT = """
    Round Floor Ceil Count CountIf Sum IntDiv RowNumber Rank DenseRank Ntile Grouping DateDiff
    Length ArraySize StrPosition Extract Year Month Day Hour Boolean Null Placeholder
    EQ NEQ GT GTE LT LTE Is And Or Not
"""
WHOLE = frozenset(_WHOLE_TEXT.split())

_UNKNOWN_TEXT = "its result depends on locale tables, which differ between engines"
_NORMALISE = "normalise texts in clean, through store.map, where each distinct value is seen once"
_WEEKDAY = ("engines count weekdays from different days", "date_diff('day', date '2024-01-01', …) % 7")
_CLOCK = ("it reads the clock: two runs would differ", "a $name parameter filled by the stage")
_QUANTILE = (
    "quantiles interpolate differently or are approximate",
    "median(…), or row_number() over the sorted values",
)
_RANDOM = ("two runs would differ", "a hash of the row's key, sha256(…)")
_FILE = ("files are read by collect and by the store alone", "the table's plain name")

# Why a construct is refused, and what to write instead. Keys are node classes or function names.
REFUSED: dict[str, tuple[str, str]] = {
    "DayOfWeek": _WEEKDAY,
    "DayOfWeekIso": _WEEKDAY,
    "weekday": _WEEKDAY,
    "date_part": ("its part is a text that no lint can follow", "extract(year from …)"),
    "Quantile": _QUANTILE,
    "PercentileCont": _QUANTILE,
    "PercentileDisc": _QUANTILE,
    "ApproxQuantile": _QUANTILE,
    "ApproxDistinct": ("approximate counts differ between engines", "count(distinct …)"),
    "approx_top_k": ("approximate aggregates differ between engines", "count(*) and row_number()"),
    "Mode": ("ties fall as the engine likes", "count(*) and row_number() with a total order"),
    "AnyValue": ("which value it gives is the engine's choice", "min(…), or arg_min(…) by a total key"),
    "AtTimeZone": (
        "the direction of the shift differs",
        "UTC everywhere; zones are read in clean by store.parse",
    ),
    "timezone": (
        "the direction of the shift differs",
        "UTC everywhere; zones are read in clean by store.parse",
    ),
    "hash": ("every engine has its own", "md5(…) or sha256(…)"),
    "Lower": (_UNKNOWN_TEXT, _NORMALISE),
    "Upper": (_UNKNOWN_TEXT, _NORMALISE),
    "ILike": (_UNKNOWN_TEXT, _NORMALISE),
    "TryCast": ("engines read different texts as numbers and dates", "parse texts in clean, by store.parse"),
    "Columns": ("it is DuckDB's own", "the columns by name"),
    "Pivot": ("it is spelled and filled differently", "sum(case when … then … end) a column"),
    "GenerateSeries": ("range functions start and end differently", "a table of the values, by store.arrow"),
    "Unnest": ("unnest in `from` is spelled differently", "select unnest(…) in a subquery"),
    "age": ("it is DuckDB's own", "date_diff('day', cast(… as date), cast(… as date))"),
    "Avg": (
        "an average of decimals is a decimal elsewhere, and one of doubles depends on the order of rows",
        "sum(…) / nullif(count(…), 0)",
    ),
    "Rand": _RANDOM,
    "Uuid": _RANDOM,
    "CurrentDate": _CLOCK,
    "CurrentTimestamp": _CLOCK,
    "now": _CLOCK,
    "ReadCSV": _FILE,
    "ReadParquet": _FILE,
    "TableSample": _RANDOM,
    "ArrayDistinct": (
        "it keeps or drops nulls and orders as the engine likes",
        "list_sort(list(distinct …))",
    ),
    "JSONExtract": ("it gives JSON here and plain text there", "->> with the path of a scalar"),
    "ToDays": ("it is DuckDB's own", "n * interval 1 day"),
    "DateAdd": ("its arguments differ", "… + interval 1 day"),
    "TimeToUnix": ("fractions are kept here and cut there", "date_diff('second', timestamp '1970-01-01', …)"),
    "Second": ("fractions are cut here and kept there", "date_diff('second', date_trunc('minute', …), …)"),
    "IsNan": ("it is null here and false there for nulls", "x = cast('NaN' as double)"),
    "Lateral": ("lateral joins are spelled differently", "a join with a subquery and row_number()"),
}

# The same for an argument of an allowed construct.
REFUSED_ARGUMENTS: dict[tuple[str, str], tuple[str, str]] = {
    ("With", "recursive"): ("engines stop after a hundred rounds", "store.kernel over the whole table"),
    ("Union", "by_name"): ("by name is DuckDB's own", "union all with the columns in one order"),
    ("Join", "method"): (
        "asof, natural and positional joins are not shared",
        "a left join on the key and row_number() over (… order by … desc) = 1",
    ),
    ("Star", "replace"): ("star replace is DuckDB's own", "* exclude (x), … as x"),
    ("Star", "rename"): ("star rename is DuckDB's own", "* exclude (x), x as y"),
    ("Round", "decimals"): (
        "doubles are rounded through their decimal text elsewhere",
        "round(x * 100) / 100",
    ),
    ("RegexpLike", "flag"): ("flags are spelled differently", "a pattern without flags"),
    ("Trim", "expression"): ("trim takes characters here and a text there", "replace(…)"),
    ("Table", "db"): ("schemas are the engine's own", "the table's plain name"),
    ("ArgMax", "count"): ("the n greatest are a list here and unknown there", "row_number()"),
    ("ArgMin", "count"): ("the n smallest are a list here and unknown there", "row_number()"),
    ("ArraySort", "asc"): ("sort orders are spelled differently", "list_sort(…) upwards, of negated keys"),
}
