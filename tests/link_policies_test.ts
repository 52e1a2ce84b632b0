import assert from "node:assert/strict";
import { LINK_POLICIES, POLICY_FACTS } from "../core/links/policy.ts";
import { POLICIES, policyMeaning } from "../web/model/policies.ts";

Deno.test("the page knows each policy, and which ones skip", () => {
  assert.deepEqual([...POLICIES.keys()], LINK_POLICIES);
  for (const policy of LINK_POLICIES) {
    assert.equal(POLICIES.get(policy)!.skips, POLICY_FACTS[policy].skips, policy);
    assert.match(policyMeaning(policy), /^\p{Lu}/u);
  }
  assert.equal(policyMeaning("of another version"), "");
});
