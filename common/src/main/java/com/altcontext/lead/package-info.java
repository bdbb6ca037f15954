/** People who leave an e-mail address: who they are, what they consented to, and which visitors they may be. */
@NullMarked
package com.altcontext.lead;

import org.jspecify.annotations.NullMarked;
