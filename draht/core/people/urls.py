"""The addresses of colleagues, departments and one's own profile."""

from __future__ import annotations

from django.urls import path

from draht.core.people import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="people"),
    path("new/", views.add, name="add"),
    path("me/", views.profile, name="profile"),
    path("departments/", views.departments, name="departments"),
    path("departments/<int:department_id>/", views.rename_department, name="rename_department"),
    path("<int:person_id>/", views.change, name="change"),
    path("<int:person_id>/password/", views.reset_password, name="reset_password"),
]
