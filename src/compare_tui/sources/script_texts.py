"""What the built-in scripts say: to "Explain CRDTs in two paragraphs." first, then to a question that follows it."""

from __future__ import annotations

FAST = (
    """\
A **CRDT** (conflict-free replicated data type) is a data type whose replicas can be changed apart and merged in any \
order, always with the same result. Nobody has to ask a server for permission first, so it suits offline work and \
peer-to-peer editing.

It works because merging is

1. **commutative**: the order does not matter,
2. **associative**: the grouping does not matter,
3. **idempotent**: merging twice changes nothing.

A counter that keeps one number per replica and sums them is the smallest example.
""",
    """\
Both let several people edit one document.

| | CRDT | OT |
|---|---|---|
| Needs a server | no | mostly |
| Extra data kept | ids, tombstones | little |
| Hard part | size | correct transforms |

Choose a CRDT when you must work offline, and OT when a server is there anyway.
""",
)

SLOW = (
    """\
A conflict-free replicated data type is a way to let several copies of the same data change independently and still \
agree in the end. Every replica accepts writes at once, without locks and without asking the others. Later, when \
replicas exchange what they know, they merge, and the merge is defined so that *every* order of exchange leads to \
the same state. This property is called **strong eventual consistency**: replicas that have seen the same updates \
are equal, immediately, with no further negotiation.

There are two families. *State-based* types send their whole state, and the merge takes the least upper bound of two \
states. *Operation-based* types send each change, and rely on the network to deliver every change at least once. A \
grow-only counter shows the first kind:

```python
def merge(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    return {replica: max(a.get(replica, 0), b.get(replica, 0)) for replica in a.keys() | b.keys()}
```

Each replica only ever raises its own entry, so `max` never loses an increment. Text editors use richer types: every \
character gets an identity of its own and remembers its left neighbour, so that insertions by two people at the same \
place end up next to each other instead of inside each other. The price is metadata, which clever encodings keep \
small.
""",
    """\
**Operational transformation** keeps the document plain and rewrites the operations: when two people type at once, \
the server changes the position of one edit to account for the other. It is compact and has served large editors \
for years, but the transformation functions are notoriously easy to get wrong, and most designs need a central \
server to put the edits in order.

**CRDTs** move the cleverness into the data. Each element carries an identity, so an edit means the same thing \
wherever and whenever it arrives:

- edits may come in any order, or twice;
- no server has to decide anything;
- history, branching and offline work come almost for free.

What they cost is space. Deleted elements may have to stay as tombstones, and every character has an identity, \
though modern encodings store runs of characters together and get within a small factor of plain text. In short: \
OT pays with coordination, CRDTs pay with memory.
""",
)

THOUGHTS = (
    "The user wants two paragraphs, so no list and no code. First paragraph: what it is and why it converges. Second: "
    "an example and the cost. I should name the algebraic properties once, in plain words, and avoid jargon such as "
    "join semilattice.",
    "Compare along three lines: where the intelligence sits, what must be delivered, and what it costs. A short "
    "verdict at the end helps.",
)

THINKER = (
    """\
A conflict-free replicated data type lets every copy of some data be changed on its own, offline if need be, and \
guarantees that all copies agree once they have seen the same changes. The trick is to allow only changes whose \
merge does not depend on order or repetition: $a \\sqcup b = b \\sqcup a$ and $a \\sqcup a = a$. Conflicts are not \
resolved afterwards; they cannot arise.

Take a set of tags. If one replica adds *urgent* while another removes it, an "add wins" set keeps the tag, because \
each addition has an identity and a removal only removes the additions it has seen. That rule is arbitrary but the \
same everywhere, which is all that agreement needs. The cost is bookkeeping: identities and traces of removals stay \
in the data longer than the data itself.
""",
    """\
The difference is **where the intelligence sits**. Operational transformation adjusts *operations* against each \
other as they arrive; a CRDT gives the *data* enough structure that no adjustment is needed.

1. **Delivery.** OT needs one agreed order, usually from a server. A CRDT takes changes in any order, even twice.
2. **Correctness.** OT must prove its transforms for every pair of operations. A CRDT proves one merge.
3. **Cost.** OT keeps plain text; a CRDT keeps identities, $O(n)$ of them for $n$ characters.

If you have a server and want small documents, OT is fine. If people work offline, take a CRDT.
""",
)
