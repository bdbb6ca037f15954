package com.altcontext.lead;

/** What a form does to the consent of its lead. */
enum ConsentEffect {
    /** The consent stays as it is, and nothing is recorded. */
    NONE,
    /** The consent that the form states is recorded and holds at once. */
    APPLIES,
    /**
     * The consent that the form states is recorded, and holds once the owner of the address confirms it. The link of
     * any confirmation mail shows it.
     */
    WAITS,
    /** As {@link #WAITS}, and a mail asks for the confirmation. */
    WAITS_WITH_MAIL;

    /**
     * @param mayChange whether the form may change the consent at all
     * @param toConfirm whether the consent holds only after a confirmation
     * @param mayMail whether a mail may ask for the confirmation
     */
    static ConsentEffect of(boolean mayChange, boolean toConfirm, boolean mayMail) {
        if (!mayChange) {
            return NONE;
        }
        if (!toConfirm) {
            return APPLIES;
        }
        return mayMail ? WAITS_WITH_MAIL : WAITS;
    }
}
