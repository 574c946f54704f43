"""The lint of portable SQL: every construct that differed between engines is refused, with advice."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from onebasket.errors import MissingExtraError
from onebasket.store.portable import violations

REFUSED = {
    "ordered list": "select list(x order by y) from t",
    "star with qualify": "select * from t qualify row_number() over (partition by a order by b) = 1",
    "table star with qualify": "select t.* from t qualify row_number() over (partition by a order by b) = 1",
    "dayofweek": "select dayofweek(ts) from t",
    "isodow": "select isodow(ts) from t",
    "extract dow": "select extract(dow from ts) from t",
    "extract isodow": "select extract(isodow from ts) from t",
    "weekday": "select weekday(ts) from t",
    "date_part": "select date_part('dow', ts) from t",
    "hours between": "select date_diff('hour', a, b) from t",
    "months between": "select date_diff('month', cast(a as date), cast(b as date)) from t",
    "days between times": "select date_diff('day', a, b) from t",
    "difference of dates": "select cast(a as date) - cast(b as date) from t",
    "difference of times": "select ts - timestamp '2024-01-01 00:00:00' from t",
    "date and interval": "select cast(a as date) + interval 1 day from t",
    "quantile": "select quantile(x, 0.5) from t",
    "quantile_cont": "select quantile_cont(x, 0.5) from t",
    "percentile": "select percentile_cont(0.5) within group (order by x) from t",
    "cast of a fraction": "select cast(1.5 as int)",
    "cast of a column": "select x::bigint from t",
    "cast of a quotient": "select cast(x / 2 as int) from t",
    "rounding to digits": "select round(x, 2) from t",
    "at time zone": "select ts at time zone 'Europe/Berlin' from t",
    "timezone": "select timezone('UTC', ts) from t",
    "back-reference": r"select regexp_replace(x, '(a)(b)', '\2\1', 'g') from t",
    "first match only": "select regexp_replace(x, 'a', 'b') from t",
    "end of text in a pattern": "select regexp_matches(x, '^a$') from t",
    "flags of a pattern": "select regexp_matches(x, 'a', 'i') from t",
    "hash": "select hash(x) from t",
    "approximate count": "select approx_count_distinct(x) from t",
    "approximate quantile": "select approx_quantile(x, 0.5) from t",
    "mode": "select mode(x) from t",
    "any_value": "select any_value(x) from t",
    "first as an aggregate": "select first(x) from t",
    "avg": "select avg(x) from t",
    "lower": "select lower(x) from t",
    "upper": "select upper(x) from t",
    "ilike": "select a from t where x ilike 'a%'",
    "try_cast": "select try_cast(x as int) from t",
    "greatest with nulls": "select greatest(a, 1) from t",
    "least with nulls": "select least(coalesce(a, b), 1) from t",
    "asof": "select t.a from t asof join u on t.k = u.k and t.ts >= u.ts",
    "positional join": "select t.a from t positional join u",
    "natural join": "select t.a from t natural join u",
    "union by name": "select a from t union by name select a from u",
    "union all by name": "select a from t union all by name select a from u",
    "pivot": "pivot t on a using sum(b)",
    "pivot in from": "select a from (pivot t on a using sum(b)) as p",
    "columns": "select columns('a.*') from t",
    "columns star": "select columns(*) from t",
    "star replace": "select * replace (1 as a) from t",
    "range in from": "select i from range(10) as r(i)",
    "generate_series in from": "select i from generate_series(1, 10) as r(i)",
    "file in from": "select a from 'people.parquet'",
    "reader in from": "select a from read_parquet('people.parquet')",
    "schema in from": "select a from main.t",
    "filter on a window": "select sum(x) filter (where a) over (order by b) from t",
    "window without order": "select row_number() over (partition by a) from t",
    "age": "select age(ts) from t",
    "division by zero": "select x / 0 from t",
    "division by a column": "select x / y from t",
    "remainder by a column": "select x % y from t",
    "whole division by a column": "select x // y from t",
    "division by a decimal": "select x / 2.5 from t",
    "recursion": "with recursive r as (select 1 as x union all select x + 1 from r) select x from r",
    "limit without order": "select a from t limit 3",
    "unordered list": "select list(distinct {'a': x}) from t",
    "list with nulls": "select list_sort(list(x)) from t",
    "list that may be null": "select list_sort(list(x) filter (where x is not null)) from t",
    "unordered string_agg": "select string_agg(x, ',') from t",
    "arg_max of a null": "select arg_max(x, y) from t",
    "count_if that may be null": "select count_if(x > 1) as n from t",
    "len": "select len(x) from t",
    "element of a list": "select xs[1] from t",
    "unnest in from": "select x from t, unnest(t.xs) as u(x)",
    "unnest in an expression": "select unnest(xs) + 1 from t",
    "type with zone": "select cast(x as timestamptz) from t",
    "hugeint": "select cast(round(x) as hugeint) from t",
    "double as text": "select cast(cast(x as double) as varchar) from t",
    "clock": "select now()",
    "today": "select current_date",
    "random": "select random()",
    "sample": "select a from t using sample 10%",
    "several formats": "select strptime(x, ['%Y', '%d/%m/%Y']) from t",
    "odd format": "select strftime(ts, '%j') from t",
    "json as json": "select json_extract(j, '$.a') from t",
    "positional parameter": "select ?",
    "numbered parameter": "select $1",
    "unknown function": "select list_cosine_similarity(a, b) from t",
    "not a query": "insert into t values (1)",
    "two queries": "select 1; select 2",
    "not SQL": "select from where",
}

ALLOWED = {
    "CTEs": "with a as (select x from t), b as (select x from a) select x from b",
    "joins": "select t.a from t join u using (k) left join v on v.k = t.k full join w on w.k = t.k",
    "semi and anti": "select a from t semi join u using (k) anti join v on v.k is not distinct from t.k",
    "exclude": "select * exclude (a), b as c from t",
    "group by all": "select a, count(*) as n from t group by all",
    "grouping sets": "select a, b, count(*) as n from t group by grouping sets ((a), (b), ())",
    "distinct on": "select distinct on (a) a, b from t order by a, b",
    "qualify": "select a, b from t qualify row_number() over (partition by a order by b) = 1",
    "ranks": "select row_number() over (order by a) as n, ntile(5) over (order by a) as q from t",
    "lag": "select lag(a) over (partition by b order by c) as before from t",
    "last known": "select last(a ignore nulls) over (order by b rows unbounded preceding) from t",
    "range frame": "select sum(a) over (order by b range interval 7 days preceding) from t",
    "case over": "select sum(case when a then 1 else 0 end) over (partition by b order by c) from t",
    "ordered list": "select list_transform(list_sort(list({'t': ts, 'e': id})), lambda x: x.e) as ids from t",
    "distinct list": "select list_sort(list(distinct x)) as xs from t where x is not null",
    "list of some": "select coalesce(list_sort(list(x) filter (where x is not null and y)), []) as xs from t",
    "array_length": "select array_length(xs) as n from t",
    "unnest": "select a, unnest(xs) as x from t",
    "string_agg": "select string_agg(x, ',' order by x) as xs from t",
    "arg_max": "select arg_max(x, y) filter (where x is not null) as x from t",
    "arg_max of a struct": "select arg_max({'a': x, 'b': z}, y) as x from t",
    "median": "select median(x) as x, coalesce(count_if(x > 1), 0) as n from t",
    "filter": "select sum(x) filter (where y) as s, count(*) filter (where y) as n from t",
    "decimals": "select sum(cast(x as decimal(19, 0)) * 2) as s from t",
    "struct field": "select s.a.b, {'a': 1} as z from t",
    "JSON scalar": "select j ->> '$.a.b' as b from t",
    "hashes": "select md5(x) as m, left(sha256(x), 32) as s from t",
    "union all": "select a from t union all select b from u",
    "as-of": """
        select t.id, p.price from t
        left join (select k, price, row_number() over (partition by id order by b desc) as place from u) p
            on p.k = t.k and p.place = 1""",
    "seconds": "select date_diff('second', a, b) as s from t",
    "days": "select date_diff('day', cast(a as date), date '2024-01-01') as d from t",
    "date_trunc": "select cast(date_trunc('month', ts) as date) as month from t",
    "intervals": "select ts + interval 1 day, ts - interval '30 days', ts + n * interval 1 hour from t",
    "date and interval": "select cast(cast(a as date) + interval 1 day as date) as d from t",
    "strptime": "select strptime(x, '%Y-%m-%d %H:%M:%S') as ts from t",
    "division": "select x / nullif(y, 0) as a, x / 2 as b, x % 7 as c, x // -3 as d from t",
    "division of a cast": "select cast(x as double) / cast(nullif(y, 0) as double) as a from t",
    "rounding": "select cast(round(x) as int) as a, cast(round(x * 1.5) as bigint) as b from t",
    "sums": "select sum(x)::bigint as a, cast(coalesce(sum(x), 0) - count(*) as bigint) as b from t",
    "whole numbers": "select cast(case when a then 1 else 0 end as int) as x, cast(null as bigint) from t",
    "greatest": "select greatest(coalesce(a, 0), 1) as a, least(coalesce(b, c, 0), $limit) as b from t",
    "parameters": "select $name as a, cast($version as bigint) as b from t where c = $word",
    "pattern": r"select regexp_matches(x, '^[a-z0-9.]+-\d{2}\z') as a from t",
    "replaced pattern": "select regexp_replace(x, '[^a-z]+', ' ', 'g') as a from t",
    "texts": "select trim(replace(x || coalesce(y, ''), 'a', 'b')) as a, length(x) as n, x like 'a%' from t",
    "parts of texts": "select split_part(x, ' > ', 1) as a, substr(x, 1, 16), starts_with(x, 'c') from t",
    "subqueries": "select a from t where k in (select k from u) and exists (select 1 from v where v.k = t.k)",
    "limit with order": "select a from t order by a limit 3",
    "quoted names": 'select "rows" from t order by "rows" desc nulls last',
    "comments": "-- why\nselect a /* what */ from t",
    "types": "select cast(x as double) as a, cast([] as varchar[]) as b, cast(null as timestamp) as c",
}


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_reason_and_advice(sql: str) -> None:
    found = violations(sql)
    assert found
    for violation in found:
        assert violation.line >= 1
        assert violation.construct and violation.reason and violation.instead
        assert violation.reason in str(violation) and violation.instead in str(violation)


@pytest.mark.parametrize("sql", ALLOWED.values(), ids=ALLOWED.keys())
def test_allowed(sql: str) -> None:
    assert violations(sql) == []


def test_each_violation_names_its_line() -> None:
    sql = "select\n  a,\n  hash(b) as h,\n  c / d as q,\n  mode(\n    e\n  ) as m\nfrom t\nlimit 2"
    assert [(v.line, v.construct.split("(")[0]) for v in violations(sql)] == [
        (3, "HASH"),
        (4, "c / d"),
        (5, "MODE"),
        (9, "LIMIT 2"),
    ]


def test_without_sqlglot_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("sqlglot"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match="not installed") as error:
        violations("select 1")
    assert "[dev]" in str(error.value)
