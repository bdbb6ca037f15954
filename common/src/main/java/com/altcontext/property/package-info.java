/** Properties: the sites whose traffic is counted separately, and which of them a request is about. */
@NullMarked
package com.altcontext.property;

import org.jspecify.annotations.NullMarked;
