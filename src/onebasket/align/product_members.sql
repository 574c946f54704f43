-- Each listing with the smallest listing of its product; one without a partner is its own.
select l.member, r.member as root
from align_listings l
join align_product_roots k on k.code = l.code
join align_listings r on r.code = k.root
