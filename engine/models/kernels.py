"""The compiled loops: the k best of a row, and sums over the k nearest neighbours.

All in one file, because numba's cache notices changes in the file of a function only. Every loop runs
without the interpreter lock and touches each row on its own, so results do not depend on blocks.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def best_of_rows(scores, indptr, indices, best_items, best_scores):
    """Fill row r of ``best_*`` with the k highest scores of row r, equal ones by ascending item.

    ``indices[indptr[r]:indptr[r + 1]]`` are left out, as are NaN and minus infinity. One pass with a heap of
    k, its worst on top; items come in ascending order, so an equal score never displaces an earlier item.
    """
    n_users, n_items = scores.shape
    k = best_items.shape[1]
    barred = np.zeros(n_items, dtype=np.bool_)
    heap_score = np.empty(k)
    heap_item = np.empty(k, dtype=np.int64)
    for row in range(n_users):
        for p in range(indptr[row], indptr[row + 1]):
            barred[indices[p]] = True
        size = 0
        for item in range(n_items):
            score = scores[row, item]
            if size == k and score <= heap_score[0]:
                continue
            if not barred[item] and score > -np.inf:
                size = _keep(heap_score, heap_item, size, score, item)
        for p in range(indptr[row], indptr[row + 1]):
            barred[indices[p]] = False
        while size > 0:  # the worst leaves first
            size -= 1
            best_items[row, size] = heap_item[0]
            best_scores[row, size] = heap_score[0]
            _sink(heap_score, heap_item, size, heap_score[size], heap_item[size])


@njit(cache=True, nogil=True)
def _keep(heap_score, heap_item, size, score, item):
    """Offer (score, item) to the heap; items must come in ascending order. Returns the new size."""
    if size == len(heap_score):
        if score > heap_score[0]:
            _sink(heap_score, heap_item, size, score, item)
        return size
    child = size
    while child > 0:
        parent = (child - 1) // 2
        if heap_score[parent] < score:
            break
        heap_score[child] = heap_score[parent]
        heap_item[child] = heap_item[parent]
        child = parent
    heap_score[child] = score
    heap_item[child] = item
    return size + 1


@njit(cache=True, nogil=True)
def _sink(heap_score, heap_item, size, score, item):
    """Put (score, item) on top and let it sink; worst means lowest score, then highest item."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            heap_score[right] < heap_score[child]
            or (heap_score[right] == heap_score[child] and heap_item[right] > heap_item[child])
        ):
            child = right
        if heap_score[child] > score or (heap_score[child] == score and heap_item[child] < item):
            break
        heap_score[parent] = heap_score[child]
        heap_item[parent] = heap_item[child]
        parent = child
    heap_score[parent] = score
    heap_item[parent] = item


@njit(cache=True, nogil=True)
def nearest_by_walk(similarity, rows, indptr, ranks, deviation, codes, k, min_k, out):
    """Fill ``out`` (len(rows), len(codes)): for x and y, the mean deviation of the k raters of y nearest to x.

    Following Surprise, x is the compared side (users, or items) and y the other. Walks the other x from the
    most similar down and gives each y its first k raters, which serves all y at once. Equal similarities
    keep ascending order, as Surprise's ``heapq.nlargest`` does; the walk ends where similarity is no longer
    positive. Means are weighted by similarity; NaN where fewer than ``min_k`` raters are found.

    The y are numbered by ascending number of ratings: those with many are full first, and each neighbour's
    row is read only up to ``front``, behind which every y is full.

    Args:
        similarity: (n, n) between known x.
        rows: places among the known x to answer for; a negative one gets NaN.
        indptr, ranks, deviation: CSR of the ratings of the known x, ranks of y ascending in each row.
        codes: column of ``out`` of each rank.
        k, min_k: most and fewest neighbours.
        out: written.
    """
    n_y = len(codes)
    total = np.empty((n_y, 2))  # weights, and weighted deviations
    count = np.empty(n_y, dtype=np.uint16)
    full, one = np.uint16(k), np.uint16(1)
    for r in range(len(rows)):
        if rows[r] < 0:
            out[r] = np.nan
            continue
        own = similarity[rows[r]]
        near = np.flatnonzero(own > 0)
        near = near[np.argsort(-own[near], kind="mergesort")]
        total[:] = 0.0
        count[:] = 0
        front = n_y
        for other in near:
            closeness = own[other]
            for p in range(indptr[other], indptr[other + 1]):
                rank = ranks[p]
                if rank >= front:
                    break
                if count[rank] < full:
                    count[rank] += one
                    total[rank, 0] += closeness
                    total[rank, 1] += closeness * deviation[p]
            while front > 0 and count[front - 1] == full:
                front -= 1
        for rank in range(n_y):
            enough = count[rank] >= min_k
            out[r, codes[rank]] = total[rank, 1] / total[rank, 0] if enough else np.nan


@njit(cache=True, nogil=True)
def nearest_by_heap(similarity, codes, indptr, places, deviation, users, k, min_k, out):
    """Fill ``out`` (len(users), items) as ``nearest_by_walk`` does with items as x, for a few users.

    For each user and item keeps the k most similar of what the user rated, and adds them up nearest first,
    so that both ways give the same bits.

    Args:
        similarity: (n, n) between known items.
        codes: item code of each known item.
        indptr, places, deviation: CSR of all users' ratings; places among the known items.
        users: user codes to answer for.
        k, min_k: most and fewest neighbours.
        out: written where the item is known.
    """
    heap_score = np.empty(k)
    heap_place = np.empty(k, dtype=np.int64)
    best_score = np.empty(k)
    best_place = np.empty(k, dtype=np.int64)
    for r in range(len(users)):
        start, end = indptr[users[r]], indptr[users[r] + 1]
        for x in range(len(codes)):
            row = similarity[x]
            size = 0
            for p in range(start, end):
                closeness = row[places[p]]
                if closeness > 0 and (size < k or closeness > heap_score[0]):
                    size = _keep(heap_score, heap_place, size, closeness, p)
            found = size
            while size > 0:  # the worst leaves first
                size -= 1
                best_score[size], best_place[size] = heap_score[0], heap_place[0]
                _sink(heap_score, heap_place, size, heap_score[size], heap_place[size])
            total = weight = 0.0
            for n in range(found):
                weight += best_score[n]
                total += best_score[n] * deviation[best_place[n]]
            out[r, codes[x]] = total / weight if found >= min_k else np.nan


@njit(cache=True, nogil=True)
def mean_deviation(deviation, codes, indptr, places, users, out):
    """Fill ``out`` (len(users), items) with the mean of ``deviation[j]`` over the items j each user rated.

    ``deviation`` (n, n) is NaN where two known items have no user in common; such pairs are passed over, and
    the mean over nothing is zero. The other arguments are those of ``nearest_by_heap``.
    """
    n = len(codes)
    total = np.empty(n)
    count = np.empty(n)
    for r in range(len(users)):
        total[:] = 0.0
        count[:] = 0.0
        for p in range(indptr[users[r]], indptr[users[r] + 1]):
            row = deviation[places[p]]
            for x in range(n):
                seen = row[x] == row[x]
                total[x] += row[x] if seen else 0.0
                count[x] += 1.0 if seen else 0.0
        for x in range(n):
            out[r, codes[x]] = total[x] / count[x] if count[x] > 0 else 0.0


@njit(cache=True, nogil=True)
def nearest_of_rows(indptr, indices, data, holding_indptr, holding, lengths, near, nearness, found):
    """Find the k others nearest to each row of a CSR matrix by cosine, in ascending order of their codes.

    ``holding[holding_indptr[c]:holding_indptr[c + 1]]`` are the others that have column c, ascending; ``lengths``
    are the lengths of the others, whose values are 1, and the rows have length 1. Of equally near ones the first
    are kept. Row r of ``near`` and ``nearness`` (rows, k) is filled up to ``found[r]``.
    """
    k = near.shape[1]
    shared = np.zeros(len(lengths))
    touched = np.empty(len(lengths), dtype=np.int64)
    heap_score = np.empty(k)
    heap_code = np.empty(k, dtype=np.int64)
    for r in range(len(indptr) - 1):
        n = 0
        for p in range(indptr[r], indptr[r + 1]):
            for q in range(holding_indptr[indices[p]], holding_indptr[indices[p] + 1]):
                other = holding[q]
                if shared[other] == 0:
                    touched[n] = other
                    n += 1
                shared[other] += data[p]
        touched[:n].sort()
        size = 0
        for t in range(n):
            score = shared[touched[t]] / lengths[touched[t]]
            if size < k or score > heap_score[0]:
                size = _keep(heap_score, heap_code, size, score, touched[t])
        near[r, :size] = heap_code[:size]
        near[r, :size].sort()
        for place in range(size):
            nearness[r, place] = shared[near[r, place]] / lengths[near[r, place]]
        found[r] = size
        for t in range(n):
            shared[touched[t]] = 0.0


@njit(cache=True, nogil=True)
def add_sparse_rows(indptr, indices, data, row_indptr, row_indices, row_data, columns, out):
    """Add to row r of ``out`` the sparse rows that row r of a CSR matrix names, each times the stored value.

    ``row_indptr``, ``row_indices`` and ``row_data`` are the CSR of the rows that are added; their column c goes
    to column ``columns[c]`` of ``out``, and to column c where ``columns`` is empty. Sums run in the order of
    storage, as in scipy's own product. Codes are read as unsigned, which spares a check for a negative one.
    """
    moved = len(columns) > 0
    for r in range(len(indptr) - 1):
        row = out[r]
        for p in range(indptr[r], indptr[r + 1]):
            weight = data[p]
            start, end = row_indptr[indices[p]], row_indptr[indices[p] + 1]
            codes, values = row_indices[start:end], row_data[start:end]
            if moved:
                for q in range(len(codes)):
                    row[np.uint64(columns[np.uint64(codes[q])])] += weight * values[q]
            else:
                for q in range(len(codes)):
                    row[np.uint64(codes[q])] += weight * values[q]


@njit(cache=True, nogil=True)
def add_dense_rows(indptr, indices, data, rows, out):
    """Add to row r of ``out`` the rows of an array that row r of a CSR matrix names, each times the stored value.

    Four at a time, so that a sum is read and written once for four terms; they are added in the order of storage.
    """
    for r in range(len(indptr) - 1):
        row = out[r]
        p, end = indptr[r], indptr[r + 1]
        while p + 4 <= end:
            a, b, c, d = data[p], data[p + 1], data[p + 2], data[p + 3]
            first, second = rows[indices[p]], rows[indices[p + 1]]
            third, fourth = rows[indices[p + 2]], rows[indices[p + 3]]
            for i in range(len(row)):
                row[i] = (((row[i] + a * first[i]) + b * second[i]) + c * third[i]) + d * fourth[i]
            p += 4
        while p < end:
            a, first = data[p], rows[indices[p]]
            for i in range(len(row)):
                row[i] += a * first[i]
            p += 1


@njit(cache=True, nogil=True)
def unobserved(indptr, observed, wanted, draws, n_items, out):
    """Fill ``out`` user by user with ``wanted[user]`` distinct items the user does not have.

    Floyd's sampling without replacement (Bentley & Floyd 1987, "A sample of brilliance", Communications of
    the ACM 30(9)); ``draws`` holds one uniform number for each sampled item.
    """
    position = 0
    pool = np.empty(n_items, dtype=np.int64)
    taken = np.zeros(n_items, dtype=np.bool_)
    for user in range(len(wanted)):
        if wanted[user] == 0:
            continue
        size = 0
        pointer, end = indptr[user], indptr[user + 1]
        for item in range(n_items):
            if pointer < end and observed[pointer] == item:
                pointer += 1
            else:
                pool[size] = item
                size += 1
        start = position
        for last in range(size - wanted[user], size):
            pick = int(draws[position] * (last + 1))
            if taken[pick]:
                pick = last
            taken[pick] = True
            out[position] = pick
            position += 1
        for p in range(start, position):
            taken[out[p]] = False
            out[p] = pool[out[p]]
