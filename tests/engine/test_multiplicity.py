import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from engine.multiplicity import benjamini_hochberg, bonferroni, holm

METHODS = {"holm": holm, "fdr_bh": benjamini_hochberg, "bonferroni": bonferroni}


@pytest.mark.parametrize("name", METHODS)
# Few, for statsmodels collects garbage in each call. Of the values many are alike, so that ties come up.
@settings(max_examples=20)
@given(p_values=arrays(float, st.integers(0, 12), elements=st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.3, 0.9, 1.0])))
def test_adjusted_as_statsmodels_adjusts(name, p_values):
    expected = multipletests(p_values, method=name)[1] if len(p_values) else p_values
    np.testing.assert_allclose(METHODS[name](p_values), expected, rtol=1e-12)
