/** What the tests of all features share: the service under test, requests to it, its rows, a browser. */
@NullMarked
package com.altcontext.api.testing;

import org.jspecify.annotations.NullMarked;
